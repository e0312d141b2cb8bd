using Stemma.Comparing.Alignment;
using Stemma.Foundation;
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

    /// <summary>Share of units below which two layers do not correspond: a tenth of what copies share.</summary>
    internal const double Corresponding = 0.1;

    /// <summary>The same, over what the best pair of layers shares.</summary>
    private const double OfTheBest = 0.25;

    /// <summary>Layers that do not correspond whose attention is compared, as controls: those nearest to the ones that do.</summary>
    private const int MostControls = 64;

    public static DeepFindings Compare(DeepModel subject, DeepModel reference, IWorkProgress progress, CancellationToken cancel)
    {
        if (subject.Units.Count == 0 || reference.Units.Count == 0 || subject.Units[0].SignFree != reference.Units[0].SignFree) return new();
        var search = Search(subject, reference, progress, cancel);
        if (search.Find(CrossFit.Positions(subject, null), CrossFit.Positions(reference, null)) is not { } whole) return new();
        if (!Meet(subject, reference, whole.Basis, cancel)) return new();

        var fit = new CrossFit(subject, reference, search);
        var scores = new double[subject.Units.Count, reference.Units.Count];
        var least = Math.Max(Corresponding, OfTheBest * fit.Rates.Values.DefaultIfEmpty().Max());
        foreach (var (at, rate) in fit.Rates) scores[at.B, at.A] = rate >= least ? rate : 0;
        var map = LayerMap.Best(scores).Pairs;
        var pairs = Pairs(subject, reference, fit, map, progress, cancel);
        if (map.Count == 0) return new() { Layers = pairs };
        var matched = map.Select(p => pairs.First(l => l.Subject == subject.Units[p.Subject].Layer && l.Reference == reference.Units[p.Reference].Layer)).ToList();
        var full = Expand(whole.Basis, subject, reference);
        var (kind, axes) = RecoveredBasis.KindOf(full, Math.Min(whole.Basis.Rows, whole.Basis.Columns));
        return new()
        {
            Kind = kind,
            Learned = LearnedInBasis.Measure(subject, reference, whole.Basis, full, kind, map, progress, cancel),
            UnitsInPlace = UnitsInPlace(subject, reference, whole.Basis, map),
            DimensionsPermuted = axes,
            Layers = pairs,
            Matched = matched,
        };
    }

    /// <summary>Agreement of all pairs of layers in bases that were fitted to others, whether or not it is worth the time.</summary>
    internal static IReadOnlyList<double> CrossFittedRates(DeepModel subject, DeepModel reference, CancellationToken cancel) =>
        [.. new CrossFit(subject, reference, Search(subject, reference, NoProgress.Instance, cancel)).Rates.Values];

    private static BasisSearch Search(DeepModel subject, DeepModel reference, IWorkProgress progress, CancellationToken cancel)
    {
        var tokens = TokenStart.Find(subject.Weights, reference.Weights);
        return new(subject, reference, [.. tokens.Select(t => Reduce(t, subject, reference))], progress, cancel);
    }

    private static bool Meet(DeepModel subject, DeepModel reference, Matrix basis, CancellationToken cancel)
    {
        foreach (var unit in subject.Units)
        {
            cancel.ThrowIfCancellationRequested();
            MatrixMemory.ClearAfter(basis.Rows);
            var turned = unit.In(basis);
            if (reference.Units.Any(other => WitnessRate.Of(turned, other) > WorthCrossFitting)) return true;
        }

        return false;
    }

    private static List<DeepLayerPair> Pairs(DeepModel subject, DeepModel reference, CrossFit fit, IReadOnlyList<(int Subject, int Reference)> map, IWorkProgress progress, CancellationToken cancel)
    {
        var matched = map.ToHashSet();
        var echoes = Echoes(subject, reference, [.. fit.Rates.Keys.Where(p => !matched.Contains(p))], map, progress, cancel);
        var controls = fit.Rates.Keys.Where(p => !matched.Contains(p) && !echoes.Contains(p)).OrderBy(Distance).ThenBy(p => p).Take(MostControls);
        var attention = Attention(fit, [.. matched.Concat(controls)], progress, cancel);
        return [.. fit.Rates.OrderBy(p => p.Key)
            .Select(p => new DeepLayerPair(subject.Units[p.Key.B].Layer, reference.Units[p.Key.A].Layer, p.Value, attention.GetValueOrDefault(p.Key), echoes.Contains(p.Key)))];

        int Distance((int B, int A) pair) => map.Where(m => m.Subject == pair.B).Select(m => Math.Abs(m.Reference - pair.A)).DefaultIfEmpty(int.MaxValue).First();
    }

    /// <summary>Pairs that agree only because one of the two layers is a copy of one that was matched.</summary>
    private static HashSet<(int B, int A)> Echoes(
        DeepModel subject, DeepModel reference, IReadOnlyList<(int B, int A)> pairs, IReadOnlyList<(int Subject, int Reference)> map, IWorkProgress progress, CancellationToken cancel)
    {
        var (here, there) = (new CopiedLayers(subject), new CopiedLayers(reference));
        progress.Each("looking for layers that are copies of others", pairs, "pairs", p =>
        {
            foreach (var m in map)
            {
                if (m.Reference == p.A) here.Look(p.B, m.Subject);
                if (m.Subject == p.B) there.Look(p.A, m.Reference);
            }
        }, cancel);
        return [.. pairs.Where(p => map.Any(m => (m.Reference == p.A && here.AreCopies(p.B, m.Subject)) || (m.Subject == p.B && there.AreCopies(p.A, m.Reference))))];
    }

    private static Dictionary<(int, int), double?> Attention(CrossFit fit, IReadOnlyList<(int Subject, int Reference)> pairs, IWorkProgress progress, CancellationToken cancel)
    {
        var attention = new Dictionary<(int, int), double?>();
        progress.Each("comparing the attention of layers", [.. CrossFit.InOrder(pairs)], "pairs", p => attention[p] = fit.Attention(p.Subject, p.Reference), cancel);
        return attention;
    }

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
    private static double UnitsInPlace(DeepModel subject, DeepModel reference, Matrix basis, IReadOnlyList<(int Subject, int Reference)> map)
    {
        var agreed = map.SelectMany(p => WitnessRate.Agreed(subject.Units[p.Subject].In(basis), reference.Units[p.Reference])).ToList();
        return agreed.Count == 0 ? 0 : (double)agreed.Count(p => p.Subject == p.Reference) / agreed.Count;
    }
}
