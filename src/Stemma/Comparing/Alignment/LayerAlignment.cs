using Stemma.Anatomy;

namespace Stemma.Comparing.Alignment;

/// <summary>Which layer of the subject continues which layer of the reference, from everything that can be compared as stored.</summary>
public sealed class LayerAlignment
{
    /// <summary>Matrices of attention, and of the dense FFN: two families, because the FFN's cosine is lost when its units are put into another order.</summary>
    internal static readonly TensorRole[] Attention =
        [TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O, TensorRole.QA, TensorRole.QB, TensorRole.KvA, TensorRole.KvB],
        Ffn = [TensorRole.Gate, TensorRole.Up, TensorRole.Down];

    private static readonly TensorRole[] Roles = [.. Attention, .. Ffn];

    private readonly Dictionary<int, int> map;

    private LayerAlignment(IReadOnlyList<(int Subject, int Reference, double Score)> pairs)
    {
        Pairs = pairs;
        map = pairs.ToDictionary(p => p.Subject, p => p.Reference);
    }

    /// <summary>Layer numbers and how alike the two are, 0 to 1; ascending; empty when no layer is alike.</summary>
    public IReadOnlyList<(int Subject, int Reference, double Score)> Pairs { get; }

    public int? ReferenceOf(int subjectLayer) => map.TryGetValue(subjectLayer, out var layer) ? layer : null;

    /// <summary>Score of a pair of layers: the larger of the share of units that kept their number and the mean centred cosine of the matrices.</summary>
    public static LayerAlignment Find(PairContext pair)
    {
        var (subject, reference) = (pair.SubjectParts.Layers.ToList(), pair.ReferenceParts.Layers.ToList());
        var scores = new double[subject.Count, reference.Count];
        for (var i = 0; i < subject.Count; i++)
        {
            for (var j = 0; j < reference.Count; j++)
            {
                var cosines = CosinesOf(pair, subject[i], reference[j]).ToList();
                // Five standard errors of the mean of unrelated matrices: none of a few thousand pairs of layers reaches that by chance.
                var noise = cosines.Count == 0 ? 0 : 5 / (pair.SketchSize * Math.Sqrt(cosines.Count));
                var mean = cosines.Count == 0 ? 0 : cosines.Average();
                scores[i, j] = Math.Max(mean > noise ? mean : 0, UnitShare(pair, subject[i], reference[j], subject.Count * reference.Count));
            }
        }

        return new([.. LayerMap.Best(scores).Pairs.Select(p => (subject[p.Subject], reference[p.Reference], Math.Min(1, scores[p.Subject, p.Reference])))]);
    }

    /// <summary>Centred cosines of the matrices of two layers, role by role and head by head.</summary>
    internal static IEnumerable<double> CosinesOf(PairContext pair, int subjectLayer, int referenceLayer, TensorRole[]? roles = null)
    {
        foreach (var role in roles ?? Roles)
        {
            foreach (var head in pair.SubjectParts.Heads)
            {
                if (pair.SubjectParts.Find(role, subjectLayer, head: head) is not { } a || pair.ReferenceParts.Find(role, referenceLayer, head: head) is not { } b) continue;
                if (pair.Cosine(a, b) is { } cosine) yield return cosine;
            }
        }
    }

    /// <summary>Share of units that kept their number; zero unless chance would give it less than once in a thousand comparisons of all layers.</summary>
    private static double UnitShare(PairContext pair, int subjectLayer, int referenceLayer, int pairs) =>
        pair.Units.Between(subjectLayer, referenceLayer) is { } match && match.LogP < Math.Log(0.001 / pairs) ? match.Share : 0;
}
