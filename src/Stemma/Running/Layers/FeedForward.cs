using Stemma.Anatomy;
using Stemma.Running.Config;
using Stemma.Running.Kernels;
using Stemma.Running.Weights;

namespace Stemma.Running.Layers;

/// <summary>The block that works on each token alone.</summary>
internal interface IFeedForward
{
    /// <summary>What is added to the residual stream; the caller disposes of it.</summary>
    /// <param name="x">[tokens, hidden], normalised.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="observers">Who is told of choices.</param>
    Rows Forward(Rows x, int firstPosition, RunObservers observers);
}

/// <summary>An FFN: down(activation(gate) ∘ up) where there is a gate (Shazeer, arXiv 2002.05202), down(activation(up)) where there is none.</summary>
internal sealed class FeedForward : IFeedForward
{
    private readonly Activation _activation;
    private readonly Linear? _gate;
    private readonly Linear _up, _down;

    /// <param name="config">The model.</param>
    /// <param name="book">Its weights.</param>
    /// <param name="layer">Zero-based.</param>
    /// <param name="expert">Which expert it is, or <see cref="TensorPart.NoExpert"/>.</param>
    public FeedForward(RunConfig config, WeightBook book, int layer, int expert = TensorPart.NoExpert)
    {
        _activation = config.Activation;
        _up = book.Linear(TensorRole.Up, 0, config.Hidden, layer, expert);
        _gate = book.Has(TensorRole.Gate, layer, expert) ? book.Linear(TensorRole.Gate, _up.Outputs, config.Hidden, layer, expert) : null;
        _down = book.Linear(TensorRole.Down, config.Hidden, _up.Outputs, layer, expert);
    }

    public Rows Forward(Rows x, int firstPosition, RunObservers observers) => Forward(x);

    public Rows Forward(Rows x)
    {
        if (_gate is null)
        {
            using var plain = _up.Apply(x);
            Work.Deal(x.Count, plain.All.Length, token => Activations.Apply(_activation, plain[token]));
            return _down.Apply(plain);
        }

        var both = _gate.ApplyWith(x, _up);
        using var gate = both[0];
        using var up = both[1];
        Work.Deal(x.Count, up.All.Length, token => Activations.Gate(_activation, gate[token], up[token]));
        return _down.Apply(gate);
    }
}
