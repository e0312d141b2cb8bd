namespace Stemma.Judging;

/// <summary>Every threshold of the verdict, with its reason: statistics where there is one, control trainings of our own (quality/seed-or-descent) where there is none.</summary>
internal static class Thresholds
{
    /// <summary>
    /// A relation is claimed below this exact log10 p: one false claim in a thousand million independent pairs, so that even a hub that compares all pairs
    /// of 30,000 models (450 million) expects fewer than one.
    /// </summary>
    public const double ClaimLog10P = -9;

    /// <summary>Above this log10 p nothing is said against independence; between the two a pair is inconclusive. One clean pair in a thousand lands there.</summary>
    public const double SilentLog10P = -3;

    /// <summary>A pair may be cleared only if copies whose vectors kept this cosine with the original would have been found: a quarter of their variance.</summary>
    public const double PowerCosine = 0.5;

    /// <summary>Effect asked of a calibrated family besides exceeding every control: a tenth of what identical models show.</summary>
    public const double CalibratedEffect = 0.1;

    /// <summary>Descent, first condition: the correlation of learned parameters. At the root of one half more than half of the variance of what both learned is shared.</summary>
    public const double LearnedMajority = 0.7071;

    /// <summary>
    /// Descent, second condition: that correlation as a share of the matrices' cosine. From control trainings (quality/seed-or-descent): twins by seed on other text,
    /// trained for 100 steps or more, stay at or below 0.78; continued trainings of models that had learned for 300 steps or more, and were then trained at most as
    /// long again, lie at 0.88 to 1.05. Neither condition is enough alone: twins that read one text in two orders and then others reach a share of 0.97 with
    /// correlations of at most 0.67. Twins of a few dozen steps, which have hardly learned, can pass both; no statistic tells those from descent.
    /// </summary>
    public const double LearnedKeepsUp = 0.9;

    /// <summary>
    /// Descent in a basis where no gain and no bias can be compared: the strongest eight directions of the matrices are kept at least this well, measured by how well the rest is.
    /// One means equally well; the twentieth below it is a tolerance. Control trainings: twins by seed after 200 steps or more 0.87 to 0.92, descents 0.93 to 1.01.
    /// </summary>
    public const double RetainedAsWell = 0.95;

    /// <summary>A training of this many parameters can be replayed by anybody in a day, seed and data order included.</summary>
    public const long ReplayParameters = 100_000_000;
}
