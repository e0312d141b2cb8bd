using Stemma.Anatomy;
using Stemma.Comparing.Differences;
using Stemma.Sketching.Kinds;

namespace Stemma.Judging.Operations;

/// <summary>
/// Queries and keys whose rows stand in another order, all else being as it was: programs turn either neighbouring numbers of a head against each other or its two halves,
/// and files are written for one or the other. Nothing was trained then, however small the cosine is.
/// </summary>
internal static class RowOrder
{
    public const string Name = "rows-reordered";

    /// <summary>Sums of the same numbers in another order agree to this; those of two trainings do not.</summary>
    private const double SumsAgree = 1e-6;

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        if (findings.Pair.Deep is not null || findings.Pair.Quick) yield break;
        var moved = StoredPairs.Of(findings.Pair).Where(p => p.Subject.IsMatrix && p.Reference.IsMatrix && p.Subject.Digest != p.Reference.Digest).ToList();
        if (moved.Count > 0 && moved.TrueForAll(p => p.Subject.Key.Role is TensorRole.Q or TensorRole.K && SameNumbers(p.Subject.Part.Moments, p.Reference.Part.Moments)))
            yield return new(new(Name, $"The query and key matrices ({moved.Count}) hold the same numbers in another order of rows, as files do that are written for another form of rotary positions; no other matrix differs."));
    }

    private static bool SameNumbers(Moments a, Moments b) =>
        a.Count == b.Count && a.Largest == b.Largest && Close(a.StandardDeviation, b.StandardDeviation, a.StandardDeviation) && Close(a.Mean, b.Mean, a.StandardDeviation) && Close(a.Kurtosis, b.Kurtosis, a.Kurtosis);

    private static bool Close(double a, double b, double scale) => Math.Abs(a - b) <= SumsAgree * Math.Abs(scale);
}
