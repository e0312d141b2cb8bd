namespace Stemma.Anatomy.Inference;

/// <summary>Finds gains: vectors of the residual width that a word calls a norm.</summary>
internal static class NormClues
{
    /// <summary>Settles the gains of one layer: by the block that each stands in, else by words, else by the order of the names.</summary>
    public static void FindInLayer(IReadOnlyList<Clue> layer, long hidden)
    {
        var modules = layer.Where(clue => IsNorm(clue, hidden)).GroupBy(clue => clue.Module).OrderBy(module => module.Key, StringComparer.Ordinal).ToList();
        if (FindInBlocks(layer, modules) || modules.Count is 0 or > 2) return;
        var firstIsFfn = modules.Count == 2 && Speaks(modules[0], Vocabulary.Ffn) && !Speaks(modules[1], Vocabulary.Ffn);
        for (var m = 0; m < modules.Count; m++)
        {
            var role = (m == 0) != firstIsFfn ? TensorRole.NormAttn : TensorRole.NormFfn;
            foreach (var clue in modules[m]) clue.Is(role, isBias: clue.Name.IsBias);
        }
    }

    /// <summary>Where attention and FFN are modules with a norm inside each, as in T5, the matrices beside a norm tell what it is.</summary>
    private static bool FindInBlocks(IReadOnlyList<Clue> layer, List<IGrouping<string, Clue>> modules)
    {
        var blocks = modules.ConvertAll(module => BlockOf(module.Key));
        if (modules.Count == 0 || blocks.Distinct(StringComparer.Ordinal).Count() < modules.Count) return false;
        var roles = blocks.ConvertAll(block => RoleIn(layer.Where(clue => clue.Tensor.Name.StartsWith(block, StringComparison.Ordinal))));
        if (roles.Contains(TensorRole.Unknown)) return false;
        for (var m = 0; m < modules.Count; m++)
            foreach (var clue in modules[m]) clue.Is(roles[m], isBias: clue.Name.IsBias);
        return true;
    }

    /// <summary>A module's name up to its last word, with the dot.</summary>
    private static string BlockOf(string module) => module[..(module.AsSpan().TrimEnd('.').LastIndexOf('.') + 1)];

    /// <summary>The norm that reads for these matrices, when they are all of one kind.</summary>
    private static TensorRole RoleIn(IEnumerable<Clue> block)
    {
        var found = block.Where(clue => clue.Parts is not null).SelectMany(clue => clue.Parts!).Select(part => part.Role).ToHashSet();
        return (found.Overlaps([TensorRole.Q, TensorRole.K, TensorRole.V]), found.Overlaps([TensorRole.Gate, TensorRole.Up])) switch
        {
            (true, false) => TensorRole.NormAttn,
            (false, true) => TensorRole.NormFfn,
            _ => TensorRole.Unknown,
        };
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
