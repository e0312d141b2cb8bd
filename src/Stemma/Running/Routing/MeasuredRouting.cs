namespace Stemma.Running.Routing;

/// <summary>One rule on one layer's real scores.</summary>
/// <param name="Imbalance">Over batches of the setting's tokens.</param>
/// <param name="ExpertLoads">Tokens that each expert got.</param>
/// <param name="Busiest">Load of the busiest device over the mean, all tokens together.</param>
/// <param name="AuxiliaryLoss">The load-balancing loss with alpha = 1: 1 when even. Null where the scores are no probabilities over all experts.</param>
public sealed record RuleLoad(ImbalanceEstimate Imbalance, IReadOnlyList<long> ExpertLoads, double Busiest, double? AuxiliaryLoss);

/// <summary>One layer's router.</summary>
/// <param name="Layer">Zero-based.</param>
/// <param name="Own">What the model does.</param>
/// <param name="TopK">The best experts of all, on the same scores.</param>
/// <param name="Grouped">The best of each group, on the same scores.</param>
public sealed record LayerRouting(int Layer, RuleLoad Own, RuleLoad TopK, RuleLoad Grouped);

/// <summary>Where a model's routers send the tokens of a text, beside what other rules would have made of the same scores.</summary>
/// <param name="Model">The model's short name.</param>
/// <param name="Source">Where the text comes from.</param>
/// <param name="OwnRule">The model's own rule.</param>
/// <param name="Setting">Experts, groups, devices, tokens of a batch.</param>
/// <param name="Tokens">Tokens read. Those after the last whole batch count in loads, not in scores.</param>
/// <param name="Layers">Layers with a router.</param>
public sealed record MeasuredRouting(string Model, string Source, OwnRouting OwnRule, RoutingSetting Setting, int Tokens, IReadOnlyList<LayerRouting> Layers)
{
    /// <summary>Mean over layers.</summary>
    public double Mean(Func<LayerRouting, double> what) => Layers.Average(what);
}

/// <summary>How a model chooses experts.</summary>
public enum OwnRouting
{
    /// <summary>The best of all.</summary>
    TopK,

    /// <summary>As many from each group.</summary>
    Grouped,

    /// <summary>Another rule: groups left out, or a bias that counts for the choice alone.</summary>
    Other,
}
