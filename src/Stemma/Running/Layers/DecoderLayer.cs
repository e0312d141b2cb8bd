using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Running.Config;
using Stemma.Running.Kernels;
using Stemma.Running.Weights;

namespace Stemma.Running.Layers;

/// <summary>One layer: attention and FFN, each behind its norm, added to the residual stream one after the other or, in parallel layers, together.</summary>
internal sealed class DecoderLayer
{
    private readonly bool _parallel;
    private readonly Norm _beforeAttention, _beforeFfn;
    private readonly IFeedForward _ffn;

    /// <exception cref="StemmaException">A weight is missing or has another shape than the configuration says.</exception>
    public DecoderLayer(RunConfig config, WeightBook book, int layer)
    {
        _parallel = config.Parallel;
        _beforeAttention = NormOf(config, book, TensorRole.NormAttn, layer);
        _beforeFfn = NormOf(config, book, TensorRole.NormFfn, layer);
        Attention = config.Latent is null ? new Attention(config, book, layer) : new LatentAttention(config, book, layer);
        _ffn = config.Routing is not null && book.Has(TensorRole.Router, layer) ? new MixtureOfExperts(config, book, layer) : new FeedForward(config, book, layer);
    }

    public IAttention Attention { get; }

    /// <summary>Adds this layer's work to the residual stream.</summary>
    public void Forward(Rows x, KvCache cache, int firstPosition, Rope? rope, RunObservers observers)
    {
        using var read = _beforeAttention.Apply(x);
        using var seen = Attention.Forward(read, cache, firstPosition, rope);
        if (!_parallel) Vectors.Add(x.All, seen.All);
        using var thought = _beforeFfn.Apply(x);
        using var answer = _ffn.Forward(thought, firstPosition, observers);
        if (_parallel) Vectors.Add(x.All, seen.All);
        Vectors.Add(x.All, answer.All);
    }

    /// <summary>A norm of the residual stream.</summary>
    public static Norm NormOf(RunConfig config, WeightBook book, TensorRole role, int layer) =>
        new(book.NeedGain(role, layer, config.Hidden), book.Bias(role, config.Hidden, layer), config.Epsilon, config.LayerNorm);
}
