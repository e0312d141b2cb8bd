namespace Stemma.Judging;

/// <summary>Who came first: only where an operation shows it, and all that show it agree.</summary>
internal static class DirectionRule
{
    /// <summary>
    /// What shows a direction, the strongest first: grids and zeros cannot be trained away into a finer model, copies of layers and experts stand in one model twice,
    /// and rows of a vocabulary are seldom taken out again.
    /// </summary>
    private static readonly string[] ByStrength = ["quantised", "pruned", "layers-added", "layers-removed", "moe-upcycled", "moge-upcycled", "vocabulary-extended", "vocabulary-reduced"];

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

    /// <summary>What the direction rests on, the strongest first.</summary>
    public static IReadOnlyList<DirectionClue> Clues(IReadOnlyList<FoundOperation> operations) =>
        [.. operations.Where(o => o.Direction != Direction.Undetermined).OrderBy(o => Strength(o.Operation.Name))
            .Select(o => new DirectionClue(o.Operation.Name, $"{(o.Direction == Direction.SubjectFromReference ? "the subject" : "the reference")} shows it and the other side does not"))];

    private static int Strength(string name) => Array.IndexOf(ByStrength, name) is >= 0 and var at ? at : ByStrength.Length;
}
