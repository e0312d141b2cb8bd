using Stemma.Comparing.Statistics;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Exact test on the numbering of FFN units: two independent trainings number their units independently, so a unit's nearest counterpart has its own
/// number no more often than chance allows. Design: Zhu et al. 2025 (Independence tests, arXiv 2502.12292), with a finite-sample bound in place of their t-tail.
/// </summary>
public sealed class UnitIndexTest : IMethod
{
    public string Name => "unit-index";

    public Evidence? Weigh(PairContext pair)
    {
        var found = pair.Units.Best;
        if (found.Offered == 0 || pair.Subject.Shape.Hidden != pair.Reference.Shape.Hidden) return null;
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Exact,
            NullHypothesis = "The models were initialised and trained independently, so the numbering of FFN units in one says nothing about the other.",
            Statistic = found.Same,
            Log10P = found.LogP / ExactBounds.Ln10,
            Effect = Math.Max(0, found.Same - found.Expected) / Math.Max(1, found.Offered - found.Expected),
            Finding = $"{found.Same} of {found.Offered} FFN units keep their number (chance: {found.Expected:0})",
            Detail = $"{found.Same} of {found.Offered} FFN units in {found.Map.Pairs.Count} layers have their nearest counterpart under their own number; chance gives about {found.Expected:0}.",
            Series = [new("units with their own number, share per matched layer", [.. found.Matches.Select(m => m.Share)])],
        };
    }
}
