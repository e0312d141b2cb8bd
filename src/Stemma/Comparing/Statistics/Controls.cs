namespace Stemma.Comparing.Statistics;

/// <summary>A score among the same score of pairs that do not correspond.</summary>
public static class Controls
{
    /// <summary>Fewer controls than this cannot place a score in the upper 5 %.</summary>
    public const int Fewest = 20;

    /// <summary>Share of controls below the score, 0 to 100; null when there are too few.</summary>
    public static double? Percentile(double score, IReadOnlyCollection<double> controls) =>
        controls.Count < Fewest ? null : 100.0 * Below(score, controls) / controls.Count;

    private static int Below(double score, IReadOnlyCollection<double> controls)
    {
        var below = 0;
        foreach (var control in controls)
            if (control < score) below++;
        return below;
    }

    /// <summary>Calibrated evidence: a score, and its place among the controls.</summary>
    /// <param name="method">Stable name of the method.</param>
    /// <param name="nullHypothesis">What would be true if there were nothing to find.</param>
    /// <param name="score">1 where everything is shared.</param>
    /// <param name="controls">Scores of pairs that do not correspond.</param>
    /// <param name="detail">One sentence for a person.</param>
    internal static Evidence Weigh(string method, string nullHypothesis, double score, IReadOnlyCollection<double> controls, string detail) => new()
    {
        Method = method,
        Kind = EvidenceKind.Calibrated,
        NullHypothesis = nullHypothesis,
        Statistic = score,
        Percentile = Percentile(score, controls),
        Controls = controls.Count,
        Effect = Math.Clamp(score, 0, 1),
        Detail = detail,
    };

    /// <summary>For a short finding, for example <c>; other layers ≤ 0.06</c>; empty without controls.</summary>
    public static string Brief(IReadOnlyCollection<double> controls) => controls.Count > 0 ? $"; other layers ≤ {controls.Max():0.00}" : "";

    /// <summary>The end of a sentence about a score: the highest control, or nothing.</summary>
    /// <param name="controls">Scores of pairs that do not correspond.</param>
    /// <param name="of">What the pairs are of, for example <c>other layers</c>.</param>
    public static string Sentence(IReadOnlyCollection<double> controls, string of = "other layers") =>
        controls.Count > 0 ? $"; the highest of {controls.Count} pairs of {of} {controls.Max():0.000}" : "";
}
