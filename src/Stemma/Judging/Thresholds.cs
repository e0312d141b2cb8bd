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

    /// <summary>Controls needed before a percentile means anything: with fewer the upper 5 % cannot be told.</summary>
    public const int FewestControls = 20;

    /// <summary>
    /// Descent: the correlation of learned parameters reaches this share of the matrices' cosine. From control trainings (quality/seed-or-descent): 95 pairs of
    /// twins by seed, each trained for 100 to 300 steps on other data or in another order, stay at or below 0.81; continued trainings of models that had learned for
    /// as long as they then went on lie at 0.91 to 1.0. Twins of 50 steps, which have hardly learned, reach 0.94: no statistic tells those from descent.
    /// </summary>
    public const double LearnedKeepsUp = 0.9;

    /// <summary>Below this share the picture is that of twins by seed; between the two nothing is claimed but the common origin.</summary>
    public const double TwinsAtMost = 0.8;

    /// <summary>Lower bound (three standard errors) asked of the correlation itself, so that two small numbers do not make a large ratio: a sixteenth of the variance.</summary>
    public const double LearnedAtLeast = 0.25;

    /// <summary>A training of this many parameters can be replayed by anybody in a day, seed and data order included.</summary>
    public const long ReplayParameters = 100_000_000;
}
