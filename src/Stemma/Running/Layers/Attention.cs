using Stemma.Anatomy;
using Stemma.Running.Config;
using Stemma.Running.Kernels;
using Stemma.Running.Weights;

namespace Stemma.Running.Layers;

/// <summary>Grouped-query attention (Ainslie et al., arXiv 2305.13245), multi-head and multi-query among it; biases and norms of queries and keys where a model has them.</summary>
internal sealed class Attention : IAttention
{
    private readonly RunConfig _config;
    private readonly int? _window;
    private readonly Linear _q, _k, _v, _o;
    private readonly Norm? _qNorm, _kNorm;

    public Attention(RunConfig config, WeightBook book, int layer)
    {
        (_config, _window) = (config, config.Windows[layer]);
        var (queries, keys) = (config.Heads * config.HeadDim, config.KvHeads * config.HeadDim);
        _q = book.Linear(TensorRole.Q, queries, config.Hidden, layer);
        _k = book.Linear(TensorRole.K, keys, config.Hidden, layer);
        _v = book.Linear(TensorRole.V, keys, config.Hidden, layer);
        _o = book.Linear(TensorRole.O, config.Hidden, queries, layer);
        _qNorm = HeadNorm(book, TensorRole.QNorm, layer);
        _kNorm = HeadNorm(book, TensorRole.KNorm, layer);
    }

    public KvCache NewCache(int capacity) => new(capacity, _config.KvHeads, _config.HeadDim, _config.HeadDim);

    public long CacheBytes(int capacity) => KvCache.Bytes(capacity, _config.KvHeads, _config.HeadDim, _config.HeadDim);

    public Rows Forward(Rows x, KvCache cache, int firstPosition, Rope? rope)
    {
        var read = _q.ApplyWith(x, _k, _v);
        using var q = read[0];
        using var k = read[1];
        using var v = read[2];
        _qNorm?.ApplyInPlace(q);
        _kNorm?.ApplyInPlace(k);
        rope?.Apply(q, firstPosition, _config.Heads, _config.HeadDim);
        rope?.Apply(k, firstPosition, _config.KvHeads, _config.HeadDim);
        cache.Store(firstPosition, k, v);
        using var mixed = CausalAttention.Mix(q, cache, firstPosition, _config.Heads, _window, 1 / Math.Sqrt(_config.HeadDim));
        return _o.Apply(mixed);
    }

    private Norm? HeadNorm(WeightBook book, TensorRole role, int layer) =>
        book.Gain(role, layer, _config.HeadDim) is { } gain ? new Norm(gain, null, _config.Epsilon, centred: false) : null;
}
