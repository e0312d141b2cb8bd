using Stemma.Comparing.Alignment;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// Compares two models in the residual basis in which they meet best, whatever was done to the order, the sign or the mixture of residual dimensions, and whatever to the
/// order of units, heads and experts. The basis is fitted to some layers and judged on others, on both sides (cross-fitting, two folds each): an orthogonal matrix
/// fitted to the very layers that it is judged on makes the units of any two models agree a little.
/// </summary>
internal static class DeepComparison
{
    /// <summary>
    /// Agreement on the fitted layers themselves that makes it worth fitting again on others: unrelated models of width 128 reach 0.1 there, wider ones less, and no claim is made of less.
    /// Decides about work, never about a claim.
    /// </summary>
    private const double WorthCrossFitting = 0.15;

    /// <summary>Share of units below which two layers do not correspond: a tenth of what copies share, and a quarter of what the best pair of layers shares.</summary>
    private const double Corresponding = 0.1, OfTheBest = 0.25;

    /// <summary>Share of units that meet in another layer of the same model before one of the two counts as a copy of the other.</summary>
    private const double Copies = 0.5;

    /// <summary>A unit vector that falls on one axis with this much of its square is that axis.</summary>
    private const double OneAxis = 0.8;

    public static DeepFindings Compare(DeepModel subject, DeepModel reference, CancellationToken cancel)
    {
        if (subject.Units.Count == 0 || reference.Units.Count == 0 || subject.Units[0].SignFree != reference.Units[0].SignFree) return new();
        var search = Search(subject, reference, cancel);
        var (all, others) = (Positions(subject, null), Positions(reference, null));
        if (search.Find(all, others) is not { } whole) return new();
        if (!Meet(subject, reference, whole.Basis)) return new();

        var layers = Fold(subject, reference, search);
        var scores = new double[subject.Units.Count, reference.Units.Count];
        var least = Math.Max(Corresponding, OfTheBest * layers.Rates.Values.DefaultIfEmpty().Max());
        foreach (var (at, rate) in layers.Rates) scores[at.B, at.A] = rate >= least ? rate : 0;
        var map = LayerMap.Best(scores);
        if (map.Pairs.Count == 0) return new() { Layers = Pairs(subject, reference, layers, []) };
        var pairs = Pairs(subject, reference, layers, [.. map.Pairs]);
        var matched = map.Pairs.Select(p => pairs.First(l => l.Subject == subject.Units[p.Subject].Layer && l.Reference == reference.Units[p.Reference].Layer)).ToList();
        var full = Expand(whole.Basis, subject, reference);
        var axes = Enumerable.Range(0, full.Rows).Count(i => LargestSquare(full.Row(i)) > OneAxis);
        var kind = KindOf(full, axes);
        return new()
        {
            Kind = kind,
            Learned = LearnedInBasis.Measure(subject, reference, whole.Basis, full, kind, map.Pairs),
            UnitsInPlace = UnitsInPlace(subject, reference, whole.Basis, map),
            DimensionsPermuted = axes,
            Layers = pairs,
            Matched = matched,
        };
    }

    /// <summary>Agreement of all pairs of layers in bases that were fitted to others, whether or not it is worth the time.</summary>
    internal static IReadOnlyList<double> CrossFittedRates(DeepModel subject, DeepModel reference, CancellationToken cancel) =>
        [.. Fold(subject, reference, Search(subject, reference, cancel)).Rates.Values];

    private static BasisSearch Search(DeepModel subject, DeepModel reference, CancellationToken cancel)
    {
        var tokens = TokenStart.Find(subject.Weights, reference.Weights);
        return new(subject, reference, [.. tokens.Select(t => Reduce(t, subject, reference))], cancel);
    }

    private static bool Meet(DeepModel subject, DeepModel reference, Matrix basis)
    {
        foreach (var unit in subject.Units)
        {
            var turned = unit.In(basis);
            if (reference.Units.Any(other => WitnessRate.Of(turned, other) > WorthCrossFitting)) return true;
        }

        return false;
    }

    private sealed record Judged(Dictionary<(int B, int A), double> Rates, Dictionary<(int B, int A), double> Attention);

    /// <summary>Every pair of layers in the basis that was fitted to the other fold on both sides.</summary>
    private static Judged Fold(DeepModel subject, DeepModel reference, BasisSearch search)
    {
        var judged = new Judged([], []);
        for (var b = 0; b < 2; b++)
        {
            for (var a = 0; a < 2; a++)
            {
                if (search.Find(Positions(subject, 1 - b), Positions(reference, 1 - a)) is not { } fitted) continue;
                foreach (var i in Positions(subject, b))
                {
                    var units = subject.Units[i].In(fitted.Basis);
                    var heads = subject.Heads(subject.Units[i].Layer)?.In(fitted.Basis);
                    foreach (var j in Positions(reference, a))
                    {
                        judged.Rates[(i, j)] = WitnessRate.Of(units, reference.Units[j]);
                        if (heads is not null && reference.Heads(reference.Units[j].Layer) is { } other) judged.Attention[(i, j)] = heads.Likeness(other);
                    }
                }
            }
        }

        return judged;
    }

    private static List<DeepLayerPair> Pairs(DeepModel subject, DeepModel reference, Judged judged, List<(int Subject, int Reference)> matched)
    {
        var pairs = new List<DeepLayerPair>();
        foreach (var ((i, j), rate) in judged.Rates)
        {
            var echo = !matched.Contains((i, j)) && (matched.Exists(m => m.Reference == j && subject.Repeats(i, m.Subject, Copies)) || matched.Exists(m => m.Subject == i && reference.Repeats(j, m.Reference, Copies)));
            pairs.Add(new(subject.Units[i].Layer, reference.Units[j].Layer, rate, judged.Attention.TryGetValue((i, j), out var likeness) ? likeness : null, echo));
        }

        return [.. pairs.OrderBy(p => p.Subject).ThenBy(p => p.Reference)];
    }

    /// <summary>Positions of all layers, or of every second one.</summary>
    private static IReadOnlyList<int> Positions(DeepModel model, int? fold) => [.. Enumerable.Range(0, model.Units.Count).Where(i => fold is null || i % 2 == fold)];

    private static Matrix Reduce(Matrix basis, DeepModel subject, DeepModel reference)
    {
        var left = subject.Reducer is null ? basis : Products.Multiply(subject.Reducer, basis);
        return reference.Reducer is null ? left : Products.MultiplyTransposed(left, reference.Reducer);
    }

    private static Matrix Expand(Matrix basis, DeepModel subject, DeepModel reference)
    {
        var left = subject.Reducer is null ? basis : Products.TransposedMultiply(subject.Reducer, basis);
        return reference.Reducer is null ? left : Products.Multiply(left, reference.Reducer);
    }

    /// <summary>Share of corresponding units that kept their number.</summary>
    private static double UnitsInPlace(DeepModel subject, DeepModel reference, Matrix basis, LayerMap map)
    {
        var agreed = map.Pairs.SelectMany(p => WitnessRate.Agreed(subject.Units[p.Subject].In(basis), reference.Units[p.Reference])).ToList();
        return agreed.Count == 0 ? 0 : (double)agreed.Count(p => p.Subject == p.Reference) / agreed.Count;
    }

    private static double LargestSquare(ReadOnlySpan<float> row)
    {
        var most = 0f;
        foreach (var value in row) most = Math.Max(most, value * value);
        return most;
    }

    private static BasisKind KindOf(Matrix basis, int axes)
    {
        var narrower = Math.Min(basis.Rows, basis.Columns);
        if (axes < 0.9 * narrower) return BasisKind.Rotation;
        var kept = Enumerable.Range(0, narrower).Count(i => basis[i, i] > 0 && basis[i, i] * basis[i, i] > OneAxis);
        return basis.Rows == basis.Columns && kept >= 0.9 * narrower ? BasisKind.Stored : BasisKind.SignedPermutation;
    }
}
