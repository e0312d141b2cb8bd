using Stemma.Comparing.Deep;

namespace Stemma.Judging.Operations;

/// <summary>How far training moved the weights, when their structure is unchanged.</summary>
internal static class TrainingChanges
{
    /// <summary>Fine-tuning moves weights by a few per cent of their size, further pre-training by more: the border is a cosine of 0.98 (a change of 20 % of the norm).</summary>
    private const double FineTuneCosine = 0.98;

    /// <summary>Storage in 16 bits and the fit of the basis move a copy less than this.</summary>
    private const double CopyCosine = 0.9995;

    /// <summary>What is left between units that correspond once the residual stream is turned back.</summary>
    public static IEnumerable<FoundOperation> InRecoveredBasis(LearnedInBasis found)
    {
        if (found.Matrices is { } cosine and < CopyCosine) yield return Named(cosine, "the units in the recovered basis");
    }

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        if (findings.Of("direct-cosine")?.Statistic is not { } cosine || findings.Effect("identical-bytes") >= 1) yield break;
        if (findings.Pair.Layers.Pairs.Count != findings.Pair.Subject.Shape.Layers) yield break;
        yield return Named(cosine, "the matrices");
    }

    private static FoundOperation Named(double cosine, string what) => cosine >= FineTuneCosine
        ? new(new("fine-tune", $"Training left {what} with a mean cosine of {cosine:0.000} to their counterparts: small changes everywhere."))
        : new(new("continued-pretraining", $"Training left {what} with a mean cosine of {cosine:0.000} to their counterparts: more than a fine-tune changes."));
}
