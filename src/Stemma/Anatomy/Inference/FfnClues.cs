namespace Stemma.Anatomy.Inference;

/// <summary>Finds the FFN of a layer by shape alone: matrices [h, d] and [d, h] with one h that is not d; three of them make a gated one.</summary>
internal static class FfnClues
{
    /// <summary>Settles what it can in one layer, expert by expert.</summary>
    public static void Find(IReadOnlyList<Clue> layer, long hidden, bool transposed)
    {
        var open = layer.Where(clue => clue.Parts is null && clue.IsMatrix && !clue.Name.IsBias && Units(clue, hidden) > 0);
        foreach (var ffn in open.GroupBy(clue => (clue.Expert, Units(clue, hidden)))) Settle([.. ffn], hidden, transposed);
    }

    private static void Settle(List<Clue> ffn, long hidden, bool transposed)
    {
        var readers = ffn.Where(clue => Reads(clue, hidden, transposed)).OrderBy(clue => clue.Tensor.Name, StringComparer.Ordinal).ToList();
        var writers = ffn.Except(readers).ToList();
        if (writers.Count != 1 || readers.Count is not (1 or 2)) return;
        var up = readers.Count == 1 ? readers[0] : Up(readers);
        foreach (var reader in readers) reader.Is(reader == up ? TensorRole.Up : TensorRole.Gate, IsTransposed(reader, transposed));
        writers[0].Is(TensorRole.Down, IsTransposed(writers[0], transposed));
    }

    private static Clue Up(List<Clue> readers) =>
        readers.Find(clue => clue.Says(Vocabulary.Up)) ?? readers.Find(clue => !clue.Says(Vocabulary.Gate) && readers.Exists(other => other.Says(Vocabulary.Gate))) ?? readers[1];

    private static long Units(Clue clue, long hidden) => clue.Tensor.Rows == clue.Tensor.Columns ? 0
        : clue.Tensor.Columns == hidden ? clue.Tensor.Rows
        : clue.Tensor.Rows == hidden ? clue.Tensor.Columns : 0;

    private static bool Reads(Clue clue, long hidden, bool transposed) => (IsTransposed(clue, transposed) ? clue.Tensor.Rows : clue.Tensor.Columns) == hidden;

    /// <summary>A bias has the length of the output axis; without one, the way of the whole checkpoint counts.</summary>
    private static bool IsTransposed(Clue clue, bool transposed) =>
        clue.BiasLength == clue.Tensor.Columns ? true : clue.BiasLength == clue.Tensor.Rows ? false : transposed;
}
