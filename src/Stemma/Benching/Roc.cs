namespace Stemma.Benching;

/// <summary>How well a score tells related from unrelated pairs.</summary>
/// <param name="Auc">Chance that a related pair scores higher than an unrelated one, a tie counting half (Mann and Whitney 1947); NaN without pairs of both kinds.</param>
/// <param name="TprAtZeroFp">Share of related pairs that score higher than every unrelated one; NaN likewise.</param>
public readonly record struct Roc(double Auc, double TprAtZeroFp)
{
    public static Roc Of(IReadOnlyCollection<double> related, IReadOnlyCollection<double> unrelated)
    {
        if (related.Count == 0 || unrelated.Count == 0) return new(double.NaN, double.NaN);
        var negatives = unrelated.Order().ToArray();
        var wins = related.Sum(score => (Below(negatives, score) + NotAbove(negatives, score)) / 2.0);
        return new(wins / related.Count / negatives.Length, (double)related.Count(score => score > negatives[^1]) / related.Count);
    }

    private static int Below(double[] sorted, double score) => Count(sorted, value => value < score);

    private static int NotAbove(double[] sorted, double score) => Count(sorted, value => value <= score);

    /// <summary>How many at the beginning satisfy a condition that holds up to some place.</summary>
    private static int Count(double[] sorted, Func<double, bool> holds)
    {
        var (from, to) = (0, sorted.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (holds(sorted[middle])) from = middle + 1;
            else to = middle;
        }

        return from;
    }
}
