namespace Stemma.Anatomy.Inference;

/// <summary>Finds query, key, value and output matrices: a word must name them, the residual width must be on the right axis.</summary>
internal static class AttentionClues
{
    /// <summary>Settles what it can in one layer.</summary>
    public static void Find(IReadOnlyList<Clue> layer, long hidden, bool transposed)
    {
        foreach (var clue in layer)
        {
            if (!IsOpen(clue)) continue;
            var role = Role(clue);
            if (role != TensorRole.Unknown && Facing(clue, hidden, transposed, reads: true) is { } way) clue.Is(role, way);
        }

        var alone = layer.Count(clue => IsOpen(clue) && clue.Says(Vocabulary.Output)) == 1;
        foreach (var clue in layer)
        {
            if (!IsOpen(clue)) continue;
            if (clue.Says(Vocabulary.Fused) && Thirds(clue, hidden) is { } fusedWay) clue.IsFused(fusedWay, false, TensorRole.Q, TensorRole.K, TensorRole.V);
            else if (IsOutput(clue, alone) && Facing(clue, hidden, transposed, reads: false) is { } way) clue.Is(TensorRole.O, way);
        }
    }

    private static TensorRole Role(Clue clue)
    {
        if (IsFfn(clue)) return TensorRole.Unknown;

        // The last telling word counts: in "key.query" style nesting the module itself stands last.
        for (var w = clue.Name.Words.Count - 1; w >= clue.FirstWord; w--)
        {
            var word = clue.Name.Words[w];
            if (Vocabulary.Query.Contains(word)) return TensorRole.Q;
            if (Vocabulary.Key.Contains(word)) return TensorRole.K;
            if (Vocabulary.Value.Contains(word)) return TensorRole.V;
        }

        return TensorRole.Unknown;
    }

    /// <summary>"proj" beside no attention word is the attention's only where no other matrix could be.</summary>
    private static bool IsOutput(Clue clue, bool alone) => clue.Says(Vocabulary.Output) && !IsFfn(clue) && (alone || clue.Says(Vocabulary.Attention));

    private static bool IsFfn(Clue clue) => clue.Says(Vocabulary.Ffn) && !clue.Says(Vocabulary.Attention);

    private static bool IsOpen(Clue clue) => clue.Parts is null && clue.IsMatrix && !clue.Name.IsBias;

    /// <summary>True: stored [in, out]; false: [out, in]; null: the residual width is not where it should be.</summary>
    private static bool? Facing(Clue clue, long hidden, bool transposed, bool reads)
    {
        var (rows, columns) = (clue.Tensor.Rows, clue.Tensor.Columns);
        var way = rows == columns || clue.BiasLength == 0 ? transposed : clue.BiasLength == columns;
        return (reads == way ? rows : columns) == hidden ? way : null;
    }

    private static bool? Thirds(Clue clue, long hidden)
    {
        var (rows, columns) = (clue.Tensor.Rows, clue.Tensor.Columns);
        if (rows == 3 * hidden && columns == hidden) return false;
        return rows == hidden && columns == 3 * hidden ? true : null;
    }
}
