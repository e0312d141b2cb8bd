using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>Is what the two share what training wrote? The same question as of models in one basis, asked in the recovered one.</summary>
/// <param name="Gains">Correlation of centred gains, dimension by dimension; null where the residual stream was rotated, for gains cannot follow it.</param>
/// <param name="Biases">Correlation of the biases of queries, keys and values, head by head; null where there are none.</param>
/// <param name="Matrices">Mean cosine of FFN vectors of units that correspond.</param>
/// <param name="Retention">How well the strongest eight directions of the matrices are kept, as a share of how well the rest is.</param>
public sealed record LearnedInBasis(double? Gains, double? Biases, double? Matrices, double? Retention)
{
    private static readonly TensorRole[] GainRoles = [TensorRole.NormAttn, TensorRole.NormFfn, TensorRole.NormAttnPost, TensorRole.NormFfnPost];
    private static readonly TensorRole[] BiasRoles = [TensorRole.Q, TensorRole.K, TensorRole.V];

    internal static LearnedInBasis Measure(
        DeepModel subject, DeepModel reference, Matrix basis, Matrix full, BasisKind kind, IReadOnlyList<(int Subject, int Reference)> matched, IWorkProgress progress,
        CancellationToken cancel)
    {
        var (kept, cosines) = (new List<(double, double)>(), new List<double>());
        var (gains, biases) = (new List<(double, int)?>(), new List<(double, int)?>());
        int[]? axes = kind == BasisKind.Rotation ? null : [.. Enumerable.Range(0, full.Rows).Select(i => RecoveredBasis.Largest(full.Row(i)))];
        progress.Each("comparing what training wrote", matched, "layers", pair =>
        {
            var (own, other) = (subject.Units[pair.Subject], reference.Units[pair.Reference]);
            foreach (var (mine, theirs) in Meeting(own.In(basis), other))
            {
                cosines.Add(Enumerable.Range(0, mine.Rows).Average(r => Products.Dot(mine.Row(r), theirs.Row(r))));
                kept.Add(DirectionsKept.Of(mine, theirs));
            }

            if (axes is not null) gains.AddRange(GainRoles.Select(role => GainsOf(subject, reference, axes, full.Columns, role, own.Layer, other.Layer)));
            biases.AddRange(BiasesOf(subject, reference, basis, own.Layer, other.Layer));
            MatrixMemory.ClearAfter(basis.Rows);
        }, cancel);
        return new(Pooled(gains), Pooled(biases), cosines.Count == 0 ? null : cosines.Average(), kept.Count == 0 ? null : DirectionsKept.Ratio(kept));
    }

    /// <summary>The vectors of units that correspond, row by row, signs made alike; nothing when too few units do.</summary>
    private static IEnumerable<(Matrix Subject, Matrix Reference)> Meeting(UnitSet units, UnitSet other)
    {
        var pairs = WitnessRate.Agreed(units, other);
        if (pairs.Count < 2 * DirectionsKept.Strongest) yield break;
        int[] rows = [.. pairs.Select(p => p.Subject)], partners = [.. pairs.Select(p => p.Reference)];
        foreach (var (b, a, signFree) in Vectors(units, other))
        {
            var (mine, theirs) = (b.Take(rows), a.Take(partners));
            if (signFree) AlignSigns(mine, theirs);
            yield return (mine, theirs);
        }
    }

    private static IEnumerable<(Matrix Subject, Matrix Reference, bool SignFree)> Vectors(UnitSet b, UnitSet a)
    {
        yield return (b.First, a.First, false);
        for (var i = 0; i < b.Others.Count; i++) yield return (b.Others[i], a.Others[i], b.SignFree);
    }

    private static void AlignSigns(Matrix mine, Matrix theirs)
    {
        for (var r = 0; r < mine.Rows; r++)
        {
            if (Products.Dot(mine.Row(r), theirs.Row(r)) >= 0) continue;
            foreach (ref var value in mine.Row(r)) value = -value;
        }
    }

    /// <summary>Mean correlation weighted by length.</summary>
    private static double? Pooled(IEnumerable<(double R, int Numbers)?> measured)
    {
        var found = measured.OfType<(double R, int Numbers)>().ToList();
        return found.Count == 0 ? null : found.Sum(f => f.R * f.Numbers) / found.Sum(f => f.Numbers);
    }

    /// <param name="axes">The reference's dimension that each of the subject's is.</param>
    /// <param name="width">The reference's residual width.</param>
    private static (double, int)? GainsOf(DeepModel subject, DeepModel reference, int[] axes, int width, TensorRole role, int subjectLayer, int referenceLayer)
    {
        if (subject.Weights.ReadVector(role, subjectLayer) is not { } b || reference.Weights.ReadVector(role, referenceLayer) is not { } a) return null;
        if (b.Length != axes.Length || a.Length != width) return null;
        return Correlate([.. b.Select(value => (double)value)], [.. axes.Select(at => (double)a[at])]);
    }

    /// <summary>The three biases of a pair of layers, as far as both have them.</summary>
    private static IEnumerable<(double, int)?> BiasesOf(DeepModel subject, DeepModel reference, Matrix basis, int subjectLayer, int referenceLayer)
    {
        var both = BiasRoles.Select(role => (Role: role, B: subject.Weights.ReadVector(role, subjectLayer, bias: true), A: reference.Weights.ReadVector(role, referenceLayer, bias: true)))
            .Where(v => v.B is not null && v.B.Length == v.A?.Length).ToList();
        if (both.Count == 0 || subject.Heads(subjectLayer)?.In(basis) is not { } mine || reference.Heads(referenceLayer) is not { } theirs || mine.Heads != theirs.Heads) yield break;
        var partners = mine.Partners(theirs);
        foreach (var (role, b, a) in both)
            yield return BiasOf(role, b!, a!, role == TensorRole.Q ? subject.Weights.Shape.Heads : subject.Weights.Shape.KvHeads, mine, theirs, partners);
    }

    private static (double, int)? BiasOf(TensorRole role, float[] b, float[] a, int parts, HeadCircuits mine, HeadCircuits theirs, int[] heads)
    {
        if (parts == 0 || b.Length % parts != 0) return null;
        var size = b.Length / parts;
        var perPart = heads.Length / parts;
        var (x, y) = (new List<double>(), new List<double>());
        for (var part = 0; part < parts; part++)
        {
            // A group of keys and values goes where its first head goes.
            var head = part * perPart;
            var other = heads[head] / perPart;
            var inside = mine.Inside(role, head, theirs, heads[head]);
            if (inside.Rows != size || inside.Columns != size) return null;
            for (var i = 0; i < size; i++)
            {
                x.Add(b[(part * size) + i]);
                y.Add(Products.Dot(inside.Row(i), a.AsSpan(other * size, size)));
            }
        }

        return Correlate(x, y);
    }

    /// <summary>A vector that is constant up to rounding was folded away and holds nothing.</summary>
    private static (double, int)? Correlate(List<double> x, List<double> y) =>
        Varies(x) && Varies(y) && Correlation.Pearson(x.ToArray(), y.ToArray()) is { } r ? (r, x.Count) : null;

    private static bool Varies(List<double> values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / values.Count > 1e-8 * mean * mean;
    }
}
