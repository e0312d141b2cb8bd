using Stemma.Judging;

namespace Stemma.Benching;

/// <summary>
/// One number per comparison, so that Stemma can stand in a ROC beside methods that only score. The relation comes first, by its certainty that the weights are not
/// independent: identical 4, derived and merged 3, common-origin 2, inconclusive 1, unrelated 0. Within one relation the exact tests decide: x / (1 + x) is added, with
/// x = -log10 p, which is below 1. The number has no other meaning and appears in no report on a pair.
/// </summary>
public static class StemmaScore
{
    /// <summary>Name of Stemma among the methods of a bench.</summary>
    public const string Method = "stemma";

    public const string Source = "the verdict: relation by certainty, then x / (1 + x) with x = -log10 of the exact p";

    /// <summary>Where each relation begins.</summary>
    public static IReadOnlyList<(Relation Relation, int Rank)> Ranks { get; } =
        [(Relation.Unrelated, 0), (Relation.Inconclusive, 1), (Relation.CommonOrigin, 2), (Relation.Derived, 3), (Relation.Merged, 3), (Relation.Identical, 4)];

    public static double Of(Verdict verdict)
    {
        var support = Math.Min(Math.Max(0, -verdict.Log10P), 1e6);
        return Ranks.First(r => r.Relation == verdict.Relation).Rank + (support / (1 + support));
    }
}
