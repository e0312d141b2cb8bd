namespace Stemma.Comparing.Mixtures;

/// <summary>Layers of one parent beside layers of another.</summary>
/// <param name="First">Index of the candidate that the lowest layer continues.</param>
/// <param name="Second">Index of the other.</param>
/// <param name="Layers">By layer of the subject: the parent, its layer, how alike they are, and whether they are the same but for rounding. A layer that continues neither is missing.</param>
/// <param name="Strangers">The parents' shares have nothing in common: no layer continues both.</param>
internal sealed record StackFit(int First, int Second, IReadOnlyList<(int Layer, int Parent, LayerSource Source)> Layers, bool Strangers);

/// <summary>Looks for two candidates of which a subject holds layers side by side.</summary>
internal static class StackSearch
{
    /// <param name="layers">Layers of the subject.</param>
    /// <param name="candidates">For each candidate the layers of the subject that continue it.</param>
    /// <param name="depths">Layers of each candidate.</param>
    public static StackFit? Find(IReadOnlyList<int> layers, IReadOnlyList<Dictionary<int, LayerSource>> candidates, IReadOnlyList<int> depths)
    {
        var stacks = new List<StackFit>();
        for (var a = 0; a < candidates.Count; a++)
            for (var b = a + 1; b < candidates.Count; b++)
                if ((Strangers(layers, candidates, a, b) ?? Siblings(layers, candidates, a, b)) is { } stack && !CutOut(stack, depths)) stacks.Add(stack);
        return stacks.OrderByDescending(s => s.Layers.Count).ThenByDescending(s => s.Layers.Count(l => l.Source.Exact)).ThenByDescending(s => s.Layers.Sum(l => l.Source.Score)).FirstOrDefault();
    }

    /// <summary>A parent gives part of its layers; where both gave all of theirs, they may as well have been cut out of the subject.</summary>
    private static bool CutOut(StackFit stack, IReadOnlyList<int> depths)
    {
        int Used(int parent) => stack.Layers.Where(l => l.Parent == parent).Select(l => l.Source.Layer).Distinct().Count();
        return Used(stack.First) == depths[stack.First] && Used(stack.Second) == depths[stack.Second];
    }

    /// <summary>Parents that are nothing to each other: some layers continue only one, some only the other, and no candidate alone accounts for as many.</summary>
    private static StackFit? Strangers(IReadOnlyList<int> layers, IReadOnlyList<Dictionary<int, LayerSource>> candidates, int a, int b)
    {
        var (first, second) = (candidates[a], candidates[b]);
        if (first.Count == 0 || second.Count == 0 || first.Keys.Any(second.ContainsKey)) return null;
        if (candidates.Max(c => c.Count) >= first.Count + second.Count) return null;
        return Ordered(layers, a, first, b, second, layer => first.ContainsKey(layer), strangers: true);
    }

    /// <summary>Parents that are related themselves: every layer is the very layer of one of them, and neither has them all.</summary>
    private static StackFit? Siblings(IReadOnlyList<int> layers, IReadOnlyList<Dictionary<int, LayerSource>> candidates, int a, int b)
    {
        var (first, second) = (candidates[a], candidates[b]);
        bool Exact(Dictionary<int, LayerSource> from, int layer) => from.TryGetValue(layer, out var source) && source.Exact;
        if (candidates.Any(c => layers.All(layer => Exact(c, layer))) || !layers.All(layer => Exact(first, layer) || Exact(second, layer))) return null;
        return Ordered(layers, a, first, b, second, layer => Exact(first, layer), strangers: false);
    }

    private static StackFit Ordered(
        IReadOnlyList<int> layers, int a, Dictionary<int, LayerSource> first, int b, Dictionary<int, LayerSource> second, Func<int, bool> fromFirst, bool strangers)
    {
        var map = layers.Where(layer => first.ContainsKey(layer) || second.ContainsKey(layer))
            .Select(layer => fromFirst(layer) ? (layer, a, first[layer]) : (layer, b, second[layer])).ToList();
        return map[0].Item2 == a ? new(a, b, map, strangers) : new(b, a, map, strangers);
    }
}
