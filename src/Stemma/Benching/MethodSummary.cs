namespace Stemma.Benching;

/// <summary>A pair and its score.</summary>
public sealed record ScoredPair(PairOutcome Pair, double Value);

/// <summary>How one method did on all pairs. Pairs of one seed take no part.</summary>
public sealed record MethodSummary
{
    public required BenchMethod Method { get; init; }
    public required Roc Roc { get; init; }

    /// <summary>The unrelated pair with the highest score; null when there is none.</summary>
    public required ScoredPair? WorstNegative { get; init; }

    /// <summary>The related pair with the lowest score; null when there is none.</summary>
    public required ScoredPair? WeakestPositive { get; init; }

    public required double SecondsPerPair { get; init; }

    /// <summary>Pairs that the method could not be computed for; they count with a score of 0.</summary>
    public required int NotApplicable { get; init; }

    public static IReadOnlyList<MethodSummary> Of(BenchResult bench) => [.. bench.Methods.Select((method, at) => Of(bench, method, at))];

    private static MethodSummary Of(BenchResult bench, BenchMethod method, int at)
    {
        var related = bench.Of(PairClass.Related).Select(pair => new ScoredPair(pair, pair.Scores[at].Value)).ToList();
        var unrelated = bench.Of(PairClass.Unrelated).Select(pair => new ScoredPair(pair, pair.Scores[at].Value)).ToList();
        return new()
        {
            Method = method,
            Roc = Roc.Of(related.ConvertAll(p => p.Value), unrelated.ConvertAll(p => p.Value)),
            WorstNegative = unrelated.MaxBy(p => p.Value),
            WeakestPositive = related.MinBy(p => p.Value),
            SecondsPerPair = bench.Pairs.Count == 0 ? 0 : bench.Pairs.Average(pair => pair.Scores[at].Seconds),
            NotApplicable = bench.Pairs.Count(pair => pair.Scores[at].WhyNot.Length > 0),
        };
    }
}
