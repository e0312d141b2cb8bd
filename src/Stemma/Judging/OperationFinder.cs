using Stemma.Judging.Operations;

namespace Stemma.Judging;

/// <summary>An operation that was found, and what it says about who came first.</summary>
internal sealed record FoundOperation(Operation Operation, Direction Direction = Direction.Undetermined);

/// <summary>Names the changes between two related models. Every finder reports only what its own evidence shows.</summary>
internal static class OperationFinder
{
    private static readonly Func<Findings, IEnumerable<FoundOperation>>[] Finders =
        [StructureChanges.Find, LowRankChanges.Find, StorageChanges.Find, TokenizerChanges.Find, GaugeChanges.Find];

    /// <summary>Training is named only where nothing but frozen tensors is found beside it.</summary>
    public static IReadOnlyList<FoundOperation> Find(Findings findings)
    {
        var found = Finders.SelectMany(f => f(findings)).ToList();
        var training = found.Count == 0 ? TrainingChanges.Find(findings).ToList() : [];
        return [.. found, .. FrozenTensors.Find(findings, found), .. training];
    }
}
