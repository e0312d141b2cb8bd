using Stemma.Anatomy;
using Stemma.Running.Config;
using Stemma.Running.Kernels;
using Stemma.Running.Weights;

namespace Stemma.Running.Layers;

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, equations 9 to 19): keys and values of all heads come from one narrow latent vector, and the
/// turned part of the key is shared by all heads. The past is kept as keys and values, so that it is attended to as in any other model.
/// </summary>
internal sealed class LatentAttention : IAttention
{
    private readonly LatentConfig _sizes;
    private readonly int _heads, _keySize;
    private readonly int? _window;
    private readonly double _scale;
    private readonly Linear? _q, _qa, _qb;
    private readonly Linear _kvA, _kvB, _o;
    private readonly Norm? _qNorm;
    private readonly Norm _kvNorm;

    public LatentAttention(RunConfig config, WeightBook book, int layer)
    {
        (_sizes, _heads, _window) = (config.Latent!, config.Heads, config.Windows[layer]);
        _keySize = _sizes.Plain + _sizes.Turned;
        _scale = (config.Rope?.ScoreFactor ?? 1) / Math.Sqrt(_keySize);
        if (_sizes.QueryRank == 0)
        {
            _q = book.Linear(TensorRole.Q, _heads * _keySize, config.Hidden, layer);
        }
        else
        {
            _qa = book.Linear(TensorRole.QA, _sizes.QueryRank, config.Hidden, layer);
            _qb = book.Linear(TensorRole.QB, _heads * _keySize, _sizes.QueryRank, layer);
            _qNorm = new(book.NeedGain(TensorRole.QANorm, layer, _sizes.QueryRank), null, config.Epsilon, centred: false);
        }

        _kvA = book.Linear(TensorRole.KvA, _sizes.KeyValueRank + _sizes.Turned, config.Hidden, layer);
        _kvNorm = new(book.NeedGain(TensorRole.KvANorm, layer, _sizes.KeyValueRank), null, config.Epsilon, centred: false);
        _kvB = book.Linear(TensorRole.KvB, _heads * (_sizes.Plain + _sizes.Value), _sizes.KeyValueRank, layer);
        _o = book.Linear(TensorRole.O, config.Hidden, _heads * _sizes.Value, layer);
    }

    public KvCache NewCache(int capacity) => new(capacity, _heads, _keySize, _sizes.Value);

    public long CacheBytes(int capacity) => KvCache.Bytes(capacity, _heads, _keySize, _sizes.Value);

    public Rows Forward(Rows x, KvCache cache, int firstPosition, Rope? rope)
    {
        using var q = Queries(x);
        rope!.Apply(q, firstPosition, _heads, _keySize, _sizes.Plain);
        using var latent = _kvA.Apply(x);
        using var narrow = Columns(latent, 0, _sizes.KeyValueRank);
        using var shared = Columns(latent, _sizes.KeyValueRank, _sizes.Turned);
        rope.Apply(shared, firstPosition, 1, _sizes.Turned);
        _kvNorm.ApplyInPlace(narrow);
        using var both = _kvB.Apply(narrow);
        using var keys = new Rows(x.Count, _heads * _keySize);
        using var values = new Rows(x.Count, _heads * _sizes.Value);
        for (var token = 0; token < x.Count; token++) Split(both[token], shared[token], keys[token], values[token]);
        cache.Store(firstPosition, keys, values);
        using var mixed = CausalAttention.Mix(q, cache, firstPosition, _heads, _window, _scale);
        return _o.Apply(mixed);
    }

    private Rows Queries(Rows x)
    {
        if (_q is not null) return _q.Apply(x);
        using var narrow = _qa!.Apply(x);
        _qNorm!.ApplyInPlace(narrow);
        return _qb!.Apply(narrow);
    }

    /// <summary>Head by head: the plain part of the key, the shared turned part behind it, the values.</summary>
    private void Split(ReadOnlySpan<float> both, ReadOnlySpan<float> shared, Span<float> keys, Span<float> values)
    {
        for (var head = 0; head < _heads; head++)
        {
            var from = both.Slice(head * (_sizes.Plain + _sizes.Value), _sizes.Plain + _sizes.Value);
            var key = keys.Slice(head * _keySize, _keySize);
            from[.._sizes.Plain].CopyTo(key);
            shared.CopyTo(key[_sizes.Plain..]);
            from[_sizes.Plain..].CopyTo(values[(head * _sizes.Value)..]);
        }
    }

    private static Rows Columns(Rows x, int first, int count)
    {
        var part = new Rows(x.Count, count);
        for (var row = 0; row < x.Count; row++) x[row].Slice(first, count).CopyTo(part[row]);
        return part;
    }
}
