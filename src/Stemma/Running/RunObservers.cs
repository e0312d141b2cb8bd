namespace Stemma.Running;

/// <summary>Told where a router sends each token.</summary>
public interface IRoutingObserver
{
    /// <summary>Called for every layer with a router, tokens in the order of their positions, from one thread. The spans hold only during the call.</summary>
    /// <param name="layer">Zero-based.</param>
    /// <param name="position">Zero-based place in the text.</param>
    /// <param name="scores">The router's probability for every expert before any choice: softmax over all, or sigmoids (DeepSeek-V3).</param>
    /// <param name="chosen">The experts that are asked; group by group in MoGE, the best first otherwise.</param>
    /// <param name="weights">What the answer of each chosen expert is multiplied by: after renormalisation and learned factors.</param>
    void OnRouted(int layer, int position, ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, ReadOnlySpan<float> weights);
}

/// <summary>Shown the residual stream between layers.</summary>
public interface IHiddenStateObserver
{
    /// <summary>Called once for each depth and stretch of tokens, from one thread. The span holds only during the call.</summary>
    /// <param name="depth">Layers passed: 0 is the embedding, as many as the model has is what the final norm reads.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="states">[tokens, width], token after token.</param>
    /// <param name="width">Residual width.</param>
    void OnHiddenStates(int depth, int firstPosition, ReadOnlySpan<float> states, int width);
}

/// <summary>Who looks on while a model runs; null for nobody.</summary>
public sealed record RunObservers(IRoutingObserver? Routing = null, IHiddenStateObserver? Hidden = null)
{
    /// <summary>Nobody.</summary>
    public static RunObservers None { get; } = new();
}
