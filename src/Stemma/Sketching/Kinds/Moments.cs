namespace Stemma.Sketching.Kinds;

/// <summary>Distribution of the numbers of one part, as stored (no gain folded).</summary>
/// <param name="Count">Numbers in the part.</param>
/// <param name="Mean">Mean over all finite numbers.</param>
/// <param name="StandardDeviation">Population standard deviation (HonestAGI's sigma).</param>
/// <param name="Skewness">Third standardised moment, over the sampled rows.</param>
/// <param name="Kurtosis">Excess kurtosis, over the sampled rows.</param>
/// <param name="ZeroShare">Share of exact zeros, over the sampled rows.</param>
/// <param name="DistinctShare">Distinct values among runs of 64 neighbours, as a share of 64; a 4-bit grid has at most 0.25.</param>
/// <param name="Largest">Largest absolute value, over the sampled rows.</param>
/// <param name="NonFinite">NaN and infinite numbers; they were taken as zero everywhere else.</param>
public sealed record Moments(
    long Count, double Mean, double StandardDeviation, double Skewness, double Kurtosis, double ZeroShare, double DistinctShare, double Largest, long NonFinite)
{
    /// <summary>Numbers per part in the fixed order in which they are stored in a fingerprint.</summary>
    public const int Length = 9;

    public double[] ToArray() => [Count, Mean, StandardDeviation, Skewness, Kurtosis, ZeroShare, DistinctShare, Largest, NonFinite];

    public static Moments FromArray(ReadOnlySpan<double> v) => new((long)v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], (long)v[8]);
}
