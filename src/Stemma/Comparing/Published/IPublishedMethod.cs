using Stemma.Anatomy.Values;

namespace Stemma.Comparing.Published;

/// <summary>What a published method says of a pair.</summary>
/// <param name="Value">Its score; the higher, the more alike. 0 where it does not apply.</param>
/// <param name="Log10P">Base-10 logarithm of its own p-value; null when it has none. Published, not endorsed: the null model is the method's.</param>
/// <param name="WhyNot">Why it does not apply; empty when it does.</param>
/// <param name="Detail">What else it reports, for example AWM's z; empty for nothing.</param>
public sealed record PublishedScore(double Value, double? Log10P = null, string WhyNot = "", string Detail = "")
{
    public bool Applicable => WhyNot.Length == 0;

    /// <summary>The method cannot be computed for this pair: it counts as having found nothing.</summary>
    public static PublishedScore NotApplicable(string why) => new(0, WhyNot: why);
}

/// <summary>
/// A method from the literature, as published, with its weaknesses: shown beside Stemma's own in a benchmark, never part of a verdict. An instance keeps
/// what it computed once per model for as long as that model is open.
/// </summary>
public interface IPublishedMethod
{
    /// <summary>Stable word, for example <c>awm</c>.</summary>
    string Name { get; }

    /// <summary>Where it was published, and what its score is.</summary>
    string Source { get; }

    /// <summary>Scores a pair. All but AWM give the same in either order, up to rounding.</summary>
    /// <param name="subject">The model under suspicion.</param>
    /// <param name="reference">The known model.</param>
    PublishedScore Score(ModelWeights subject, ModelWeights reference);
}
