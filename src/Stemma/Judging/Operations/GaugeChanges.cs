using Stemma.Comparing.Deep;

namespace Stemma.Judging.Operations;

/// <summary>Changes that leave the function as it is: units in another order, gains and matrices rescaled against each other.</summary>
internal static class GaugeChanges
{
    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var (numbered, witnessed) = (findings.Effect("unit-index"), findings.Effect("two-witness"));
        var sameFfn = findings.Pair.Subject.Shape.Experts == findings.Pair.Reference.Shape.Experts && findings.Pair.Subject.Shape.Ffn == findings.Pair.Reference.Shape.Ffn;
        if (findings.Pair.Deep is { Kind: { } kind } deep)
        {
            if (kind == BasisKind.SignedPermutation) yield return new(new("residual-permuted", $"{deep.DimensionsPermuted} dimensions of the residual stream stand in another order or with the other sign."));
            if (kind == BasisKind.Rotation) yield return new(new("residual-rotated", "The residual stream was turned: an orthogonal matrix that mixes its dimensions makes the units and heads of the two models meet."));
            var dense = findings.Pair.Subject.Shape.Experts == 0 && findings.Pair.Reference.Shape.Experts == 0;
            if (dense && deep.UnitsInPlace < 0.5) yield return new(new("units-permuted", $"Of the FFN units that have a counterpart {deep.UnitsInPlace:P0} stand under its number."));
            yield break;
        }

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
