namespace Stemma.Comparing.Alignment;

/// <summary>Which layer of the subject continues which layer of the reference, from everything that can be compared as stored.</summary>
public sealed class LayerAlignment
{
    private readonly Dictionary<int, int> _map;

    private LayerAlignment(IReadOnlyList<(int Subject, int Reference, double Score)> pairs)
    {
        (Pairs, _map) = (pairs, []);
        foreach (var (subject, reference, _) in pairs) _map.Add(subject, reference);
    }

    /// <summary>Layer numbers and how alike the two are, 0 to 1; ascending; empty when no layer is alike.</summary>
    public IReadOnlyList<(int Subject, int Reference, double Score)> Pairs { get; }

    public int? ReferenceOf(int subjectLayer) => _map.TryGetValue(subjectLayer, out var layer) ? layer : null;

    /// <summary>Score of a pair of layers: the larger of the share of units that kept their number and the mean centred cosine of the matrices; where the weights were compared in a recovered basis, what was found there.</summary>
    public static LayerAlignment Find(PairContext pair)
    {
        if (pair.Deep is { Matched.Count: > 0 } deep) return new([.. deep.Matched.Select(p => (p.Subject, p.Reference, p.Units))]);
        var (subject, reference) = (pair.SubjectParts.Layers, pair.ReferenceParts.Layers);
        var scores = new double[subject.Count, reference.Count];
        for (var i = 0; i < subject.Count; i++)
        {
            for (var j = 0; j < reference.Count; j++)
            {
                // Five standard errors of the mean of unrelated matrices: none of a few thousand pairs of layers reaches that by chance.
                var alike = pair.Cosines.Between(subject[i], reference[j]) is { } found && found.Mean > 5 * found.Noise ? found.Mean : 0;
                scores[i, j] = Math.Max(alike, UnitShare(pair, subject[i], reference[j], subject.Count * reference.Count));
            }
        }

        return new([.. LayerMap.Best(scores).Pairs.Select(p => (subject[p.Subject], reference[p.Reference], Math.Min(1, scores[p.Subject, p.Reference])))]);
    }

    /// <summary>Share of units that kept their number; zero unless chance would give it less than once in a thousand comparisons of all layers.</summary>
    private static double UnitShare(PairContext pair, int subjectLayer, int referenceLayer, int pairs) =>
        pair.Units.Between(subjectLayer, referenceLayer) is { } match && match.LogP < Math.Log(0.001 / pairs) ? match.Share : 0;
}
