namespace Stemma.Judging.Operations;

/// <summary>Changes that leave the function as it is: units in another order, gains and matrices rescaled against each other.</summary>
internal static class GaugeChanges
{
    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var (numbered, witnessed) = (findings.Effect("unit-index"), findings.Effect("two-witness"));
        var sameFfn = findings.Pair.Subject.Shape.Experts == findings.Pair.Reference.Shape.Experts && findings.Pair.Subject.Shape.Ffn == findings.Pair.Reference.Shape.Ffn;
        if (sameFfn && witnessed > 0.25 && numbered < witnessed / 4)
        {
            yield return new(new("units-permuted",
                $"Both witnesses find the counterparts of {witnessed:P0} of the FFN units, but only {numbered:P0} stand under their own number."));
        }

        if (findings is { Gains: { } gains, Biases: { } biases } && biases.Lower > 0.5 && gains.Upper < 0.5)
        {
            yield return new(new("rescaled",
                $"Gains agree only to {gains.R:0.00} while biases agree to {biases.R:0.00} and the matrices, with gains folded in, to {findings.Of("direct-cosine")?.Statistic:0.00}."));
        }
    }
}
