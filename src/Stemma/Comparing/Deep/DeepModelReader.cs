using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// Reads a model for a deep comparison, matrix by matrix: twice, because which part of a wide residual stream is worth keeping is known only after the first time.
/// </summary>
internal static class DeepModelReader
{
    /// <summary>Wider residual streams are reduced to this many directions: enough to tell units apart, and its cube is a second's work.</summary>
    private const int WidestKept = 1024;

    /// <summary>Leading directions kept of each matrix.</summary>
    private const int Rank = 32;

    /// <summary>Numbers kept of all units of a model together: a quarter of a gigabyte.</summary>
    private const long MostNumbers = 1L << 26;

    /// <summary>Layers that are worked on at once: one is read while the other is computed with. More would need more memory.</summary>
    private const int LayersAtOnce = 2;

    /// <summary>Bytes of a layer whose matrices are worth clearing away at once.</summary>
    private const long LargeLayer = 64L << 20;

    /// <summary>Rows of a vocabulary that are looked at; more change its leading directions little.</summary>
    private const long MostVocabularyRows = 1 << 14;

    /// <summary>Roles that read the residual stream (rows in it) and that write it (columns in it).</summary>
    private static readonly TensorRole[] Readers = [TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.QA, TensorRole.KvA];

    /// <summary>Reads.</summary>
    /// <param name="weights">An open model; it stays open.</param>
    /// <param name="progress">Told about bytes of layers, each twice.</param>
    public static DeepModel Read(ModelWeights weights, IWorkProgress progress, CancellationToken cancel)
    {
        var layers = Enumerable.Range(0, weights.Shape.Layers).ToList();
        var reader = new UnitReader(weights);
        var first = EachLayer(layer => Directions(weights, reader, layer));
        var factors = first.SelectMany(f => f.Factors).ToDictionary(f => f.Key, f => f.Value);
        foreach (var role in new[] { TensorRole.Embed, TensorRole.LmHead })
        {
            if (weights.ReadSample(role, MostVocabularyRows) is { } rows) factors[(TensorPart.NoLayer, role)] = Factor(Centred(rows));
        }

        var width = factors.Values.FirstOrDefault()?.Columns ?? 0;
        var reducer = width > WidestKept ? ReducerOf(factors.Values) : null;
        if (reducer is not null) foreach (var key in factors.Keys.ToList()) factors[key] = Products.MultiplyTransposed(factors[key], reducer);
        var kept = reducer?.Rows ?? width;
        var units = EachLayer(layer => first[layer].Units ?? Reduced(reader.ReadStrongest(layer, MostOfLayer(kept, layers.Count)), reducer));
        return new DeepModel { Weights = weights, Width = kept, Reducer = reducer, Units = [.. units.OfType<UnitSet>()], Factors = factors };

        T[] EachLayer<T>(Func<int, T> make) => InParallel.Map(layers, layer =>
        {
            var made = make(layer);
            progress.Advance(weights.LayerBytes(layer));
            ClearAfter(weights, layer);
            return made;
        }, LayersAtOnce, cancel);
    }

    private static void ClearAfter(ModelWeights weights, int layer)
    {
        if (weights.LayerBytes(layer) > LargeLayer) MatrixMemory.Clear();
    }

    /// <summary>Units of one layer that are kept.</summary>
    private static int MostOfLayer(int width, int layers) => (int)Math.Clamp(MostNumbers / Math.Max(1, 3L * width * Math.Max(1, layers)), 64, int.MaxValue);

    /// <summary>The leading directions of a layer's matrices; its units too where the residual stream is narrow enough to be kept whole.</summary>
    private static (Dictionary<(int, TensorRole), Matrix> Factors, UnitSet? Units) Directions(ModelWeights weights, UnitReader reader, int layer)
    {
        var factors = new Dictionary<(int, TensorRole), Matrix>();
        foreach (var role in Readers)
            if (weights.ReadFolded(role, layer) is { } matrix) factors[(layer, role)] = Factor(matrix);
        if (weights.ReadFolded(TensorRole.O, layer) is { } output) factors[(layer, TensorRole.O)] = Factor(output.Transpose());
        ClearAfter(weights, layer);
        if (reader.Read(layer) is not { } units) return (factors, null);
        factors[(layer, units.SignFree ? TensorRole.Gate : TensorRole.Up)] = Factor(units.First);
        if (units.SignFree) factors[(layer, TensorRole.Up)] = Factor(units.Others[0]);
        factors[(layer, TensorRole.Down)] = Factor(units.Others[^1]);
        return (factors, units.Width > WidestKept ? null : units.Strongest(MostOfLayer(units.Width, weights.Shape.Layers)));
    }

    private static Matrix Factor(Matrix matrix)
    {
        var norm = (float)matrix.Norm();
        var factors = Subspace.LeadingFactors(matrix, Rank, 3);
        if (norm > 0 && float.IsFinite(norm))
            foreach (ref var value in factors.Data.AsSpan()) value /= norm;
        return factors;
    }

    /// <summary>Takes the mean row away, in place.</summary>
    public static Matrix Centred(Matrix rows)
    {
        for (var j = 0; j < rows.Columns; j++)
        {
            var mean = 0.0;
            for (var i = 0; i < rows.Rows; i++) mean += rows[i, j];
            mean /= Math.Max(1, rows.Rows);
            for (var i = 0; i < rows.Rows; i++) rows[i, j] -= (float)mean;
        }

        return rows;
    }

    private static Matrix ReducerOf(IEnumerable<Matrix> factors)
    {
        var stacked = Matrix.OfRows([.. factors.SelectMany(f => Enumerable.Range(0, f.Rows).Select(i => f.Row(i).ToArray()))]);
        var reducer = Subspace.LeadingFactors(stacked, WidestKept, 5);
        Subspace.Orthonormalise(reducer);
        return reducer;
    }

    private static UnitSet? Reduced(UnitSet? set, Matrix? reducer) =>
        set is null || reducer is null ? set : set with
        {
            First = Products.MultiplyTransposed(set.First, reducer),
            Others = [.. set.Others.Select(m => Products.MultiplyTransposed(m, reducer))],
        };
}
