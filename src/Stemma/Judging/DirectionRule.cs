namespace Stemma.Judging;

/// <summary>Who came first: only where an operation shows it, and all that show it agree.</summary>
internal static class DirectionRule
{
    public static Direction Of(Relation relation, IReadOnlyList<FoundOperation> operations)
    {
        if (relation != Relation.Derived) return Direction.Undetermined;
        var said = operations.Select(o => o.Direction).Where(d => d != Direction.Undetermined).Distinct().ToList();
        return said.Count switch
        {
            1 => said[0],
            // Each side shows a change that the other lacks: both go back to a third.
            > 1 => Direction.CommonAncestor,
            _ => Direction.Undetermined,
        };
    }
}
