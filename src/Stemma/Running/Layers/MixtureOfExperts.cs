using Stemma.Anatomy;
using Stemma.Running.Config;
using Stemma.Running.Kernels;
using Stemma.Running.Weights;

namespace Stemma.Running.Layers;

/// <summary>Routed experts, and a shared one beside them that every token passes, with or without a sigmoid gate of its own.</summary>
internal sealed class MixtureOfExperts : IFeedForward
{
    private readonly int _layer;
    private readonly Linear _router;
    private readonly IRouting _routing;
    private readonly FeedForward[] _experts;
    private readonly FeedForward? _shared;
    private readonly Linear? _sharedGate;

    public MixtureOfExperts(RunConfig config, WeightBook book, int layer)
    {
        var routing = config.Routing!;
        _layer = layer;
        _router = book.Linear(TensorRole.Router, routing.Experts, config.Hidden, layer);
        var bias = book.Gain(TensorRole.RouterBias, layer, routing.Experts);
        _routing = routing.EqualGroups > 0 ? new GroupedRouting(routing, book.Gain(TensorRole.RouterScale, layer, routing.Experts)) : new TopKRouting(routing, bias);
        _experts = [.. Enumerable.Range(0, routing.Experts).Select(expert => new FeedForward(config, book, layer, expert))];
        if (!book.Has(TensorRole.Up, layer, TensorPart.SharedExpert)) return;
        _shared = new(config, book, layer, TensorPart.SharedExpert);
        if (book.Has(TensorRole.SharedGate, layer)) _sharedGate = book.Linear(TensorRole.SharedGate, 1, config.Hidden, layer);
    }

    public Rows Forward(Rows x, int firstPosition, RunObservers observers)
    {
        using var scores = _router.Apply(x);
        var perToken = _routing.PerToken;
        var chosen = new int[x.Count * perToken];
        var shares = new float[x.Count * perToken];
        for (var token = 0; token < x.Count; token++)
        {
            var experts = chosen.AsSpan(token * perToken, perToken);
            var weights = shares.AsSpan(token * perToken, perToken);
            _routing.Choose(scores[token], experts, weights);
            observers.Routing?.OnRouted(_layer, firstPosition + token, scores[token], experts, weights);
        }

        var sum = Shared(x);
        for (var expert = 0; expert < _experts.Length; expert++) AddExpert(x, expert, chosen, shares, sum);
        return sum;
    }

    /// <summary>The shared expert's answer, or zeros.</summary>
    private Rows Shared(Rows x)
    {
        if (_shared is null)
        {
            var none = new Rows(x.Count, x.Width);
            none.All.Clear();
            return none;
        }

        var shared = _shared.Forward(x);
        if (_sharedGate is null) return shared;
        using var gate = _sharedGate.Apply(x);
        for (var token = 0; token < x.Count; token++)
        {
            var open = 1 / (1 + MathF.Exp(-gate[token][0]));
            foreach (ref var value in shared[token]) value *= open;
        }

        return shared;
    }

    private void AddExpert(Rows x, int expert, int[] chosen, float[] shares, Rows sum)
    {
        var perToken = _routing.PerToken;
        var places = Enumerable.Range(0, chosen.Length).Where(place => chosen[place] == expert).ToList();
        if (places.Count == 0) return;
        using var asked = new Rows(places.Count, x.Width);
        for (var i = 0; i < places.Count; i++) x[places[i] / perToken].CopyTo(asked[i]);
        using var answers = _experts[expert].Forward(asked);
        for (var i = 0; i < places.Count; i++) Vectors.AddScaled(sum[places[i] / perToken], answers[i], shares[places[i]]);
    }
}
