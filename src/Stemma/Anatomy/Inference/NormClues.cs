namespace Stemma.Anatomy.Inference;

/// <summary>Finds gains: vectors of the residual width that a word calls a norm.</summary>
internal static class NormClues
{
    /// <summary>Settles the gains of one layer: words first, then the order of the names.</summary>
    public static void FindInLayer(IReadOnlyList<Clue> layer, long hidden)
    {
        var modules = layer.Where(clue => IsNorm(clue, hidden)).GroupBy(clue => clue.Module).OrderBy(module => module.Key, StringComparer.Ordinal).ToList();
        if (modules.Count is 0 or > 2) return;
        var firstIsFfn = modules.Count == 2 && Speaks(modules[0], Vocabulary.Ffn) && !Speaks(modules[1], Vocabulary.Ffn);
        for (var m = 0; m < modules.Count; m++)
        {
            var role = (m == 0) != firstIsFfn ? TensorRole.NormAttn : TensorRole.NormFfn;
            foreach (var clue in modules[m]) clue.Is(role, isBias: clue.Name.IsBias);
        }
    }

    /// <summary>Settles the norm behind the last layer and the one behind the embedding.</summary>
    public static void FindOutside(IReadOnlyList<Clue> outside, long hidden)
    {
        var modules = outside.Where(clue => IsNorm(clue, hidden)).GroupBy(clue => clue.Module).ToList();
        var last = modules.FindAll(module => !Speaks(module, Vocabulary.Embedding));
        if (last.Count == 1) Settle(last[0], TensorRole.FinalNorm);
        var first = modules.FindAll(module => Speaks(module, Vocabulary.Embedding));
        if (first.Count == 1) Settle(first[0], TensorRole.EmbedNorm);
    }

    private static void Settle(IEnumerable<Clue> module, TensorRole role)
    {
        foreach (var clue in module) clue.Is(role, isBias: clue.Name.IsBias);
    }

    private static bool Speaks(IEnumerable<Clue> module, HashSet<string> words) => module.Any(clue => clue.Says(words));

    private static bool IsNorm(Clue clue, long hidden) => clue.Parts is null && clue.IsVector && clue.Tensor.Count == hidden && clue.Says(Vocabulary.Norm);
}
