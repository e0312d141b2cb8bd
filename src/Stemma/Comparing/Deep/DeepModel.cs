using System.Collections.Concurrent;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>What a deep comparison keeps of one model: its FFN units and, of each matrix, the directions of the residual stream that it uses most. Several comparisons may use it at once.</summary>
internal sealed class DeepModel
{
    /// <summary>Memory for attention heads that were read: three layers of a model of 7 billion parameters, a layer and its neighbours.</summary>
    private const long MostHeadBytes = 128L << 20;

    private readonly ConcurrentDictionary<int, HeadCircuits?> _heads = [];
    private readonly ConcurrentDictionary<(int, int), double> _inner = [];
    private readonly ConcurrentDictionary<(TensorRole Role, int FirstLayer, int Layers, int Rank), Matrix?> _pooled = [];

    public required ModelWeights Weights { get; init; }

    /// <summary>Residual width; of the reduced space when <see cref="Reducer"/> is there.</summary>
    public required int Width { get; init; }

    /// <summary>[Width, residual width], orthonormal rows: the subspace that the model's matrices use most. Null when the whole stream is kept.</summary>
    public Matrix? Reducer { get; init; }

    /// <summary>By position; layers without an FFN that was recognised are left out.</summary>
    public required IReadOnlyList<UnitSet> Units { get; init; }

    /// <summary>Leading factors of WᵀW by layer number and role, each [k, Width], trace of the whole 1.</summary>
    public required IReadOnlyDictionary<(int Layer, TensorRole Role), Matrix> Factors { get; init; }

    /// <summary>The factors of one role over some layers, as one. The layers are all or every second one, so the first and their number tell them apart.</summary>
    public Matrix? Pooled(TensorRole role, IReadOnlyList<int> layers, int rank)
    {
        return _pooled.GetOrAdd((role, layers[0], layers.Count, rank), _ => Pool(role, layers, rank));
    }

    private Matrix? Pool(TensorRole role, IReadOnlyList<int> layers, int rank)
    {
        var parts = layers.Select(l => Factors.GetValueOrDefault((l, role))).OfType<Matrix>().ToList();
        if (parts.Count == 0) return null;
        return Subspace.LeadingFactors(Matrix.OfRows([.. parts.SelectMany(p => Enumerable.Range(0, p.Rows).Select(i => p.Row(i).ToArray()))]), rank, 7);
    }

    /// <summary>The attention heads of a layer, read when first asked for and kept while there is room; null where they cannot be told apart.</summary>
    public HeadCircuits? Heads(int layer)
    {
        if (_heads.TryGetValue(layer, out var kept)) return kept;
        var heads = HeadCircuits.Read(Weights, layer, Reducer);
        MatrixMemory.ClearAfter(Width);
        // Layers are asked for in their order, more or less: the one farthest away is needed last.
        while (_heads.Values.Sum(h => h?.Bytes ?? 0) + (heads?.Bytes ?? 0) > MostHeadBytes && _heads.Keys.OrderByDescending(l => Math.Abs(l - layer)).ToList() is [var farthest, ..])
            _heads.TryRemove(farthest, out _);
        _heads[layer] = heads;
        return heads;
    }

    /// <summary>Share of units, in any order, that two layers of this very model have in common: what is left of a copy of one that became the other.</summary>
    public double Shared(int position, int other)
    {
        var key = (Math.Min(position, other), Math.Max(position, other));
        return _inner.GetOrAdd(key, pair =>
        {
            var rate = WitnessRate.Of(Units[pair.Item1], Units[pair.Item2]);
            MatrixMemory.ClearAfter(Width);
            return rate;
        });
    }
}
