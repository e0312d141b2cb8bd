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

    /// <summary>Units of a layer that are read, the strongest; each expert gives its share, but some at least.</summary>
    private const int MostUnits = 4096, FewestOfExpert = 64;

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
        var factors = new Dictionary<(int, TensorRole), Matrix>();
        foreach (var layer in layers)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (role, matrix) in Matrices(weights, layer)) factors[(layer, role)] = Factor(matrix);
            Done(weights.LayerBytes(layer));
        }

        foreach (var role in new[] { TensorRole.Embed, TensorRole.LmHead })
        {
            if (weights.ReadSample(role, MostVocabularyRows) is { } rows) factors[(TensorPart.NoLayer, role)] = Factor(Centred(rows));
        }

        var width = factors.Values.FirstOrDefault()?.Columns ?? 0;
        var reducer = width > WidestKept ? ReducerOf(factors.Values) : null;
        if (reducer is not null) foreach (var key in factors.Keys.ToList()) factors[key] = Products.MultiplyTransposed(factors[key], reducer);
        var kept = reducer?.Rows ?? width;
        var perLayer = (int)Math.Clamp(MostNumbers / Math.Max(1, 3L * kept * Math.Max(1, layers.Count)), 64, int.MaxValue);
        var units = new List<UnitSet>();
        foreach (var layer in layers)
        {
            cancel.ThrowIfCancellationRequested();
            if (UnitsOf(weights, layer) is { } set) units.Add(Reduced(set.Strongest(perLayer), reducer));
            Done(weights.LayerBytes(layer));
        }

        return new DeepModel { Weights = weights, Width = kept, Reducer = reducer, Units = units, Factors = factors };

        void Done(long bytes)
        {
            progress.Advance(bytes);
            if (bytes > LargeLayer) MatrixMemory.Clear();
        }
    }

    private static IEnumerable<(TensorRole Role, Matrix Matrix)> Matrices(ModelWeights weights, int layer)
    {
        foreach (var role in Readers)
            if (weights.ReadFolded(role, layer) is { } matrix) yield return (role, matrix);
        if (weights.ReadFolded(TensorRole.O, layer) is { } output) yield return (TensorRole.O, output.Transpose());
        if (UnitsOf(weights, layer) is not { } units) yield break;
        yield return (units.SignFree ? TensorRole.Gate : TensorRole.Up, units.First);
        if (units.SignFree) yield return (TensorRole.Up, units.Others[0]);
        yield return (TensorRole.Down, units.Others[^1]);
    }

    /// <summary>All units of a layer, experts one after another; null when the layer has no FFN that is complete.</summary>
    private static UnitSet? UnitsOf(ModelWeights weights, int layer)
    {
        var sets = new List<UnitSet>();
        var experts = weights.Experts(TensorRole.Down, layer);
        foreach (var expert in experts)
        {
            var (total, chosen) = Chosen(weights, layer, expert, Math.Max(FewestOfExpert, MostUnits / experts.Count));
            if (weights.ReadFolded(TensorRole.Down, layer, expert, null, chosen) is not { } down || weights.ReadFolded(TensorRole.Up, layer, expert, chosen, null) is not { } up) continue;
            var gate = weights.ReadFolded(TensorRole.Gate, layer, expert, chosen, null);
            if (down.Columns != up.Rows || down.Rows != up.Columns || (gate is not null && gate.Rows != up.Rows)) continue;
            var columns = down.Transpose();
            var first = gate ?? up;
            var strength = first.NormaliseRows();
            columns.NormaliseRows();
            if (gate is not null) up.NormaliseRows();
            sets.Add(new UnitSet(layer, first, gate is null ? [columns] : [up, columns], strength, total));
        }

        // A layer that mixes FFNs with and without a gate is no transformer's.
        if (sets.Count == 0 || sets.Exists(s => s.Others.Count != sets[0].Others.Count || s.Width != sets[0].Width)) return null;
        return sets.Count == 1 ? sets[0] : UnitSet.Pool(sets) with { Layer = layer };
    }

    /// <summary>Units of an expert, and which of them are read: the strongest, ascending. Null when all are, or when the shapes do not meet and no unit will be made.</summary>
    private static (int Total, int[]? Rows) Chosen(ModelWeights weights, int layer, int expert, int most)
    {
        var first = weights.Has(TensorRole.Gate, layer, expert) ? TensorRole.Gate : TensorRole.Up;
        if (weights.SizeOf(first, layer, expert) is not { } size) return (0, null);
        var meets = weights.SizeOf(TensorRole.Up, layer, expert)?.Rows == size.Rows && weights.SizeOf(TensorRole.Down, layer, expert)?.Columns == size.Rows;
        if (!meets || size.Rows <= most) return ((int)Math.Min(int.MaxValue, size.Rows), null);
        var lengths = weights.RowLengths(first, layer, expert)!;
        return (lengths.Length, [.. Enumerable.Range(0, lengths.Length).OrderByDescending(i => lengths[i]).ThenBy(i => i).Take(most).Order()]);
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

    private static UnitSet Reduced(UnitSet set, Matrix? reducer) =>
        reducer is null ? set : set with
        {
            First = Products.MultiplyTransposed(set.First, reducer),
            Others = [.. set.Others.Select(m => Products.MultiplyTransposed(m, reducer))],
        };
}
