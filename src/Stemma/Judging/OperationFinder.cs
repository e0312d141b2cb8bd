using Stemma.Judging.Operations;

namespace Stemma.Judging;

/// <summary>An operation that was found, and what it says about who came first.</summary>
internal sealed record FoundOperation(Operation Operation, Direction Direction = Direction.Undetermined);

/// <summary>Names the changes between two related models. Every finder reports only what its own evidence shows.</summary>
internal static class OperationFinder
{
    private static readonly Func<Findings, IEnumerable<FoundOperation>>[] Finders =
        [StructureChanges.Find, LowRankChanges.Find, StorageChanges.Find, TokenizerChanges.Find, GaugeChanges.Find, RowOrder.Find];

    /// <summary>As stored, training is named only where nothing but frozen tensors is found beside it; in a recovered basis what it did is measured apart from the disguise.</summary>
    public static IReadOnlyList<FoundOperation> Find(Findings findings)
    {
        var found = Finders.SelectMany(f => f(findings)).ToList();
        var stored = found.Exists(o => o.Operation.Name is StorageChanges.Quantised or StorageChanges.Converted or "pruned");
        List<FoundOperation> training = findings.Pair.Deep?.Learned is { } learned && !stored ? [.. TrainingChanges.InRecoveredBasis(learned)]
            : found.Count == 0 ? [.. TrainingChanges.Find(findings)] : [];
        return [.. found, .. FrozenTensors.Find(findings, found), .. training];
    }
}
