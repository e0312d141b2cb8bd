using Stemma.Comparing.Mixtures;

namespace Stemma.Judging.Families;

/// <summary>
/// Directions that a third model settles. What shows that one side of a pair is older does not show that it is the parent. Where a third model stands between the
/// two, the change belongs to the way from there; and where another relative may as well have been the start, the parent is not known: trainings on like texts go
/// the same way, so that the nearest relative need not be the parent.
/// </summary>
internal static class ThirdModels
{
    public static IReadOnlyList<ComparisonResult> Apply(Family family, IReadOnlyList<ComparisonResult> pairs)
    {
        var directions = new Dictionary<(string, string), Direction>();
        foreach (var pair in pairs.Where(p => p.Verdict.Relation is Relation.Derived or Relation.Merged))
        {
            directions[(pair.Subject.Name, pair.Reference.Name)] = pair.Verdict.Direction;
            directions[(pair.Reference.Name, pair.Subject.Name)] = Mirror(pair.Verdict.Direction);
        }

        // Where each side shows a change that the other lacks, no third model is needed.
        return [.. pairs.Select(pair => pair.Verdict is { Relation: Relation.Derived, Direction: not Direction.CommonAncestor } ? Told(family, pair, directions) : pair)];
    }

    private static ComparisonResult Told(Family family, ComparisonResult pair, Dictionary<(string, string), Direction> directions)
    {
        var (subject, reference) = (pair.Subject.Name, pair.Reference.Name);
        var claimed = pair.Verdict.Direction;
        foreach (var middle in family.Members.Select(m => m.Model.Name).Where(name => name != subject && name != reference))
        {
            if (!directions.TryGetValue((subject, middle), out var here) || !directions.TryGetValue((reference, middle), out var there)) continue;
            var (direction, why) = Through(here, there);
            // A third model is looked at only where it would change what is said.
            if (direction == claimed) continue;
            if (IsBetween(family, subject, middle, reference)) return With(pair, direction, new("lies-between", $"{middle} stands between the two, {why}"));
        }

        if (claimed == Direction.Undetermined) return pair;
        var (younger, older) = claimed == Direction.SubjectFromReference ? (subject, reference) : (reference, subject);
        bool Older(string one, string other) => directions.GetValueOrDefault((other, one), Direction.Undetermined) == Direction.SubjectFromReference;

        // A relative is no rival when the claimed start stands before it on the way, or when it stands on the way itself and comes from that start.
        var rival = family.Members.Select(m => m.Model.Name).FirstOrDefault(name => name != older && Older(name, younger)
            && !IsBetween(family, younger, older, name) && !(Older(older, name) && IsBetween(family, younger, name, older)));
        return rival is null ? pair : With(pair, Direction.Undetermined, new("several-starts", $"{older} is no child of {younger}, but {rival} may have been the start as well"));
    }

    /// <summary>The direction of a pair, from those of its members to the model between them.</summary>
    private static (Direction Direction, string Why) Through(Direction subject, Direction reference) => (subject, reference) switch
    {
        (Direction.SubjectFromReference, Direction.SubjectFromReference) => (Direction.CommonAncestor, "and both come from it"),
        (Direction.SubjectFromReference, Direction.ReferenceFromSubject) => (Direction.SubjectFromReference, "comes from the reference, and the subject from it"),
        (Direction.ReferenceFromSubject, Direction.SubjectFromReference) => (Direction.ReferenceFromSubject, "comes from the subject, and the reference from it"),
        _ => (Direction.Undetermined, "and the way from there to one of them has no known direction"),
    };

    private static bool IsBetween(Family family, string first, string middle, string second)
    {
        if (family.Find(middle) is not { } model || family.Find(first) is not { } a || family.Find(second) is not { } b) return false;
        if (family.Map(middle, first) is not { } toFirst || family.Map(middle, second) is not { } toSecond) return false;
        return Betweenness.Holds(MixtureTensor.Of(model.Stored, [(a.Stored, toFirst), (b.Stored, toSecond)]));
    }

    private static ComparisonResult With(ComparisonResult pair, Direction direction, DirectionClue clue) => pair with
    {
        Verdict = pair.Verdict with
        {
            Direction = direction,
            DirectionEvidence = [clue, .. pair.Verdict.DirectionEvidence],
            Summary = pair.Verdict.Clauses is { } clauses ? Summary.Of(pair.Subject.Name, pair.Reference.Name, pair.Verdict.Relation, direction, clauses) : pair.Verdict.Summary,
        },
        Caveats = direction is Direction.CommonAncestor or Direction.Undetermined ? [.. pair.Caveats.Where(c => c.Code != Caveats.Relative)] : pair.Caveats,
    };

    private static Direction Mirror(Direction direction) => direction switch
    {
        Direction.SubjectFromReference => Direction.ReferenceFromSubject,
        Direction.ReferenceFromSubject => Direction.SubjectFromReference,
        _ => direction,
    };
}
