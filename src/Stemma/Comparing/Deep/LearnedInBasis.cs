using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
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

    internal static LearnedInBasis Measure(DeepModel subject, DeepModel reference, Matrix basis, Matrix full, BasisKind kind, IReadOnlyList<(int Subject, int Reference)> matched)
    {
        var (kept, cosines) = (new List<(double, double)>(), new List<double>());
        foreach (var (i, j) in matched)
        {
            var units = subject.Units[i].In(basis);
            var other = reference.Units[j];
            var pairs = WitnessRate.Agreed(units, other);
            if (pairs.Count < 2 * DirectionsKept.Strongest) continue;
            int[] rows = [.. pairs.Select(p => p.Subject)], partners = [.. pairs.Select(p => p.Reference)];
            foreach (var (b, a, signFree) in Vectors(units, other))
            {
                var (mine, theirs) = (b.Take(rows), a.Take(partners));
                if (signFree) AlignSigns(mine, theirs);
                cosines.Add(Enumerable.Range(0, rows.Length).Average(r => Products.Dot(mine.Row(r), theirs.Row(r))));
                kept.Add(DirectionsKept.Of(mine, theirs));
            }
        }

        return new(
            kind == BasisKind.Rotation ? null : Pooled(matched, (i, j) => GainRoles.Select(role => GainsOf(subject, reference, full, role, subject.Units[i].Layer, reference.Units[j].Layer))),
            Pooled(matched, (i, j) => BiasesOf(subject, reference, basis, subject.Units[i].Layer, reference.Units[j].Layer)),
            cosines.Count == 0 ? null : cosines.Average(),
            kept.Count == 0 ? null : DirectionsKept.Ratio(kept));
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
    private static double? Pooled(IReadOnlyList<(int Subject, int Reference)> matched, Func<int, int, IEnumerable<(double R, int Numbers)?>> measure)
    {
        var found = matched.SelectMany(m => measure(m.Subject, m.Reference)).OfType<(double R, int Numbers)>().ToList();
        return found.Count == 0 ? null : found.Sum(f => f.R * f.Numbers) / found.Sum(f => f.Numbers);
    }

    private static (double, int)? GainsOf(DeepModel subject, DeepModel reference, Matrix basis, TensorRole role, int subjectLayer, int referenceLayer)
    {
        if (subject.Weights.ReadVector(role, subjectLayer) is not { } b || reference.Weights.ReadVector(role, referenceLayer) is not { } a) return null;
        if (b.Length != basis.Rows || a.Length != basis.Columns) return null;
        var (mine, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < b.Length; i++)
        {
            var row = basis.Row(i);
            var at = 0;
            for (var j = 1; j < row.Length; j++)
                if (Math.Abs(row[j]) > Math.Abs(row[at])) at = j;
            mine.Add(b[i]);
            theirs.Add(a[at]);
        }

        return Correlate(mine, theirs);
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
