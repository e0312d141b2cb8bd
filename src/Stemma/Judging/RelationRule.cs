using Stemma.Comparing;
using Stemma.Comparing.Deep;
using Stemma.Comparing.Methods;

namespace Stemma.Judging;

/// <summary>A relation and why it is not another one.</summary>
/// <param name="Relation">What is claimed.</param>
/// <param name="Reason">One clause for the summary; empty when the relation speaks for itself.</param>
/// <param name="Caveats">What limits the claim.</param>
internal sealed record Ruling(Relation Relation, string Reason, IReadOnlyList<Caveat> Caveats);

/// <summary>Decides the relation. The order of the questions is the order of their certainty.</summary>
internal static class RelationRule
{
    public static Ruling Decide(Findings findings, Coverage coverage, bool limited, double? power)
    {
        if (findings.Identical) return new(Relation.Identical, "every tensor is the same, byte for byte", []);
        if (findings.Log10P < Thresholds.ClaimLog10P || findings.TwoCalibratedFamilies) return SeedOrDescent(findings);
        return Clear(findings, coverage, limited, power);
    }

    /// <summary>The weights are not independent: was what they share learned, or only drawn from one seed?</summary>
    private static Ruling SeedOrDescent(Findings findings)
    {
        if (findings.Pair.Deep?.Learned is { } recovered) return InRecoveredBasis(recovered);
        if (!findings.LearnedKnown)
        {
            return new(Relation.CommonOrigin, "no parameter that starts from a constant could be compared, so shared initial values cannot be told from descent",
                [new("seed-or-descent-undecided", "Neither gains nor biases could be compared; the weights are not independent, but one script with one seed would explain it.")]);
        }

        // A descendant keeps what its ancestor learned about as well as the ancestor's initial noise; a twin by seed never had it.
        var bulk = findings.Bulk;
        var numbers = $"gains {Show(findings.Gains)}, biases {Show(findings.Biases)}, matrices {Show(bulk)}";
        return KeepsUp(findings.Learned.R, bulk) ? Descent(numbers) : SharedStart(numbers);
    }

    /// <summary>The same question in a recovered basis. Where gains were folded away and there are no biases, the matrices' strongest directions answer it.</summary>
    private static Ruling InRecoveredBasis(LearnedInBasis found)
    {
        if (found.Gains is null && found.Biases is null)
        {
            var kept = $"the matrices' strongest directions are kept {Show(found.Retention)} times as well as the rest";
            return found.Retention >= Thresholds.RetainedAsWell ? Descent(kept) : SharedStart(kept);
        }

        var numbers = $"gains {Show(found.Gains)}, biases {Show(found.Biases)}, matrices {Show(found.Matrices)}";
        return KeepsUp(Math.Max(found.Gains ?? -1, found.Biases ?? -1), found.Matrices) ? Descent(numbers) : SharedStart(numbers);
    }

    private static bool KeepsUp(double learned, double? bulk) => bulk > 0 && learned >= Thresholds.LearnedMajority && learned >= Thresholds.LearnedKeepsUp * bulk;

    private static Ruling Descent(string numbers) => new(Relation.Derived, $"what training wrote is shared too ({numbers})", []);

    private static Ruling SharedStart(string numbers) =>
        new(Relation.CommonOrigin, $"what they share may be only their initial values: what training wrote is not shared enough for descent ({numbers})",
            [new("same-initial-values", "One script run twice with its default seed, on other data or in another order, gives this picture, and nobody need have copied anything. "
                + "A descent followed by a long training on other data can look like this too; the weights alone do not tell.")]);

    private static Ruling Clear(Findings findings, Coverage coverage, bool limited, double? power)
    {
        var alike = Math.Max(findings.Of("direct-cosine")?.Statistic ?? 0, findings.Of("named-tensors")?.Statistic ?? 0);
        var hint = alike > 0.5 ? $"; their matrices have a mean cosine of {alike:0.00}, which is shown but carries no p-value here" : "";
        if (!findings.HasExact) return Inconclusive(NotComparable(findings.Pair) + hint, "not-comparable", "No index test applies to this pair, so neither a relation nor its absence can be claimed.");
        if (power is null or > Thresholds.PowerCosine)
        {
            return Inconclusive("the models are too small for the tests to tell" + hint, "low-power",
                "Even a copy would not have been recognised with certainty: the models have too few units and residual dimensions.");
        }

        if (findings.Pair.Deep is { Matched.Count: > 0 } deep) return Inconclusive(
            $"in another residual basis the units of {deep.Matched.Count} layers meet, but too few families of weights or too few controls stand behind it", "weak-trace",
            "A claim needs two families of weights beyond every control, and at least twenty controls.");
        if (findings.Log10P < Thresholds.SilentLog10P) return Inconclusive("a trace was found, too weak to claim a relation", "weak-trace", "Compare the folders of weights, or more checkpoints of the same models.");
        // In a basis that was searched for and not found the geometry of tokens is still more than strangers show.
        if (findings.Of("token-geometry")?.Statistic > TokenGeometry.Suspicious)
            return Inconclusive("the numbering differs, but the embeddings have the same inner geometry, as after a rotation or permutation of the residual stream", "hidden-basis",
                "Neither a relation nor its absence can be claimed from the stored basis: the geometry of the token embeddings is the same on both sides.");
        if (!coverage.Full || limited) return Inconclusive("not all weights could be read", "unread-tensors", "Parts of a model are missing from the comparison; what was read shows no relation.");
        return new(Relation.Unrelated, "", []);
    }

    private static string NotComparable(PairContext pair)
    {
        var (here, there) = (pair.Subject.Shape.Hidden, pair.Reference.Shape.Hidden);
        return here > 0 && there > 0 && here != there
            ? $"their residual streams have different widths, {here} and {there}, so nothing can be compared as stored"
            : "no embedding, FFN or attention tensor was recognised in both, so there is no numbering to compare";
    }

    private static Ruling Inconclusive(string reason, string code, string text) => new(Relation.Inconclusive, reason, [new(code, text)]);

    private static string Show(LearnedCorrelation? correlation) => Show(correlation?.R);

    private static string Show(double? value) => value is { } v ? $"{v:0.00}" : "none";
}
