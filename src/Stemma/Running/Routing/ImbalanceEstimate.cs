namespace Stemma.Running.Routing;

/// <summary>A score and the share of batches that have it.</summary>
public readonly record struct ScoreShare(double Score, double Share);

/// <summary>What drawn or measured batches tell about imbalance.</summary>
public sealed record ImbalanceEstimate
{
    public required long Batches { get; init; }

    /// <summary>Mean imbalance score.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard error of <see cref="Mean"/>.</summary>
    public required double MeanError { get; init; }

    /// <summary>Share of batches with a score above 0: some device waits.</summary>
    public required double Probability { get; init; }

    /// <summary>Standard error of <see cref="Probability"/>; 0 where all batches say the same.</summary>
    public required double ProbabilityError { get; init; }

    /// <summary>95 % interval of <see cref="Probability"/>.</summary>
    public required (double Low, double High) ProbabilityRange { get; init; }

    /// <summary>By rising score.</summary>
    public required IReadOnlyList<ScoreShare> Histogram { get; init; }

    /// <summary>Mean over batches of the busiest device's expert computations.</summary>
    public required double PeakLoad { get; init; }

    /// <summary>Mean over batches of the most different experts that one device had to use.</summary>
    public required double PeakExperts { get; init; }

    /// <summary>Mean over batches and devices of the different experts that a device had to use.</summary>
    public required double ExpertsPerDevice { get; init; }
}

/// <summary>One rule at one setting: exact where <see cref="Exact"/> is there, drawn where <see cref="Drawn"/> is.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Setting">The setting.</param>
/// <param name="Exact">Element r: probability of a score of r / tokens; null where no exact answer is known.</param>
/// <param name="Drawn">Monte Carlo; null where none was needed, because the score is 0 by construction.</param>
public sealed record RuleImbalance(RoutingRule Rule, RoutingSetting Setting, IReadOnlyList<double>? Exact, ImbalanceEstimate? Drawn)
{
    public bool IsExact => Exact is not null;

    public double Mean => Exact is { } exact ? ExactImbalance.Mean(exact, Setting.Tokens) : Drawn!.Mean;

    /// <summary>Standard error of <see cref="Mean"/>; 0 when exact.</summary>
    public double MeanError => IsExact ? 0 : Drawn!.MeanError;

    /// <summary>Probability of a score above 0.</summary>
    public double Probability => Exact is { } exact ? 1 - exact[0] : Drawn!.Probability;

    /// <summary>Standard error of <see cref="Probability"/>; 0 when exact.</summary>
    public double ProbabilityError => IsExact ? 0 : Drawn!.ProbabilityError;

    /// <summary>The scores by rising size, exact where known.</summary>
    public IReadOnlyList<ScoreShare> Histogram => Exact is { } exact
        ? [.. exact.Select((share, range) => new ScoreShare((double)range / Setting.Tokens, share)).Where(score => score.Share > 0)]
        : Drawn!.Histogram;
}

/// <summary>The three rules side by side.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Trials">Batches drawn per rule.</param>
/// <param name="Seed">Where the draws begin.</param>
/// <param name="TopK">Plain top-k.</param>
/// <param name="Grouped">Mixture of grouped experts.</param>
/// <param name="Independent">Independent draws.</param>
public sealed record RoutingSimulation(RoutingSetting Setting, int Trials, int Seed, RuleImbalance TopK, RuleImbalance Grouped, RuleImbalance Independent)
{
    public IReadOnlyList<RuleImbalance> Rules => [TopK, Grouped, Independent];
}
