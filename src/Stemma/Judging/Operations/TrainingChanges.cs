namespace Stemma.Judging.Operations;

/// <summary>How far training moved the weights, when their structure is unchanged.</summary>
internal static class TrainingChanges
{
    /// <summary>Fine-tuning moves weights by a few per cent of their size, further pre-training by more: the border is a cosine of 0.98 (a change of 20 % of the norm).</summary>
    private const double FineTuneCosine = 0.98;

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        if (findings.Of("direct-cosine")?.Statistic is not { } cosine || findings.Effect("identical-bytes") >= 1) yield break;
        if (findings.Pair.Layers.Pairs.Count != findings.Pair.Subject.Shape.Layers) yield break;
        yield return cosine >= FineTuneCosine
            ? new(new("fine-tune", $"The matrices kept a mean cosine of {cosine:0.000} with their counterparts: small changes everywhere."))
            : new(new("continued-pretraining", $"The matrices kept a mean cosine of {cosine:0.000} with their counterparts: more than a fine-tune changes."));
    }
}
