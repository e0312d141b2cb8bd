namespace Stemma.Anatomy.Inference;

/// <summary>Finds the tables outside the layers: embedding, output head, positions, segments.</summary>
internal static class VocabularyClues
{
    /// <summary>Settles what it can.</summary>
    public static void Find(IReadOnlyList<Clue> outside, long hidden)
    {
        var tables = outside.Where(clue => clue.Parts is null && clue.IsMatrix && !clue.Name.IsBias
            && (clue.Tensor.Columns == hidden || clue.Tensor.Rows == hidden)).ToList();
        foreach (var table in tables.Where(table => table.Tensor.Columns == hidden && table.Says(Vocabulary.Position))) table.Is(TensorRole.PosEmbed);
        foreach (var table in tables.Where(table => table.Parts is null && table.Tensor.Columns == hidden && table.Says(Vocabulary.Segment))) table.Is(TensorRole.TypeEmbed);
        tables.RemoveAll(table => table.Parts is not null);
        if (tables.Count == 0) return;

        // Two tables of one length are embedding and head; a lone pair of lengths is settled by the longer.
        var words = tables.GroupBy(table => Words(table, hidden)).OrderByDescending(group => group.Count() >= 2).ThenByDescending(group => group.Key).First();
        var same = words.ToList();
        var embed = same.Find(IsEmbedding) ?? same.Find(table => !table.Says(Vocabulary.Head)) ?? (same.Count > 1 ? same[0] : null);
        if (embed is not null && embed.Tensor.Columns == hidden) embed.Is(TensorRole.Embed);
        var head = same.Find(table => table.Parts is null && table.Says(Vocabulary.Head)) ?? (same.Count == 2 ? same.Find(table => table.Parts is null) : null);
        head?.Is(TensorRole.LmHead, head.Tensor.Columns != hidden || head.BiasLength == head.Tensor.Columns && head.BiasLength != head.Tensor.Rows);
    }

    private static bool IsEmbedding(Clue table) => table.Says(Vocabulary.Embedding) && !table.Says(Vocabulary.Head);

    private static long Words(Clue table, long hidden) => table.Tensor.Columns == hidden ? table.Tensor.Rows : table.Tensor.Columns;
}
