using Stemma.Comparing.Statistics;

namespace Stemma.Judging.Banks;

/// <summary>Widths and depths of a pair, in no order.</summary>
public readonly record struct PairShape(int WidthA, int WidthB, int LayersA, int LayersB)
{
    /// <summary>
    /// Both widths and both depths within a factor of two, the smaller meeting the smaller. Chance agreement falls with the root of the number of
    /// dimensions or layers that are averaged: within that factor by at most 1.41.
    /// </summary>
    public bool IsLike(PairShape other) =>
        Near(Math.Min(WidthA, WidthB), Math.Min(other.WidthA, other.WidthB)) && Near(Math.Max(WidthA, WidthB), Math.Max(other.WidthA, other.WidthB))
        && Near(Math.Min(LayersA, LayersB), Math.Min(other.LayersA, other.LayersB)) && Near(Math.Max(LayersA, LayersB), Math.Max(other.LayersA, other.LayersB));

    public static PairShape Of(BankPair pair) => new(pair.Subject.Width, pair.Reference.Width, pair.Subject.Layers, pair.Reference.Layers);

    private static bool Near(int a, int b) => Math.Max(a, b) <= 2L * Math.Min(a, b);
}

/// <summary>Where a score stands among unrelated pairs of like shape.</summary>
/// <param name="Percentile">Share of controls below the score, 0 to 100.</param>
/// <param name="Controls">How many there are.</param>
public sealed record BankRank(double Percentile, int Controls);

/// <summary>Ranks scores against a bank.</summary>
public sealed class BankRanking(Bank bank)
{
    /// <summary>The rank of a method's statistic; null where fewer than <see cref="Controls.Fewest"/> pairs of like shape are known: then nothing may be said.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="statistic">Its statistic for the pair in question.</param>
    /// <param name="shape">The pair's shape.</param>
    /// <param name="models">Digests of the two models in question: a pair is no control of itself.</param>
    public BankRank? Percentile(string method, double statistic, PairShape shape, (string Subject, string Reference) models)
    {
        var (controls, itself) = (new List<double>(), BankPair.KeyOf(models.Subject, models.Reference));
        foreach (var pair in bank.Pairs)
            if (PairShape.Of(pair).IsLike(shape) && pair.Scores.TryGetValue(method, out var score) && pair.Key != itself) controls.Add(score);
        return Controls.Percentile(statistic, controls) is { } percentile ? new(percentile, controls.Count) : null;
    }
}
