using Stemma.Anatomy;
using Stemma.Comparing.Differences;

namespace Stemma.Judging.Operations;

/// <summary>
/// Matrices held fixed while others were trained. Equal bytes alone do not say so: an operation that touches some matrices leaves the others as they were,
/// and of two stacked models one half is the same without anybody having trained the other.
/// </summary>
internal static class FrozenTensors
{
    public const string Name = "frozen-tensors";

    /// <summary>Operations that say themselves why some matrices moved.</summary>
    private static readonly HashSet<string> Explaining = new(StringComparer.Ordinal) { LowRankChanges.Name, StorageChanges.Quantised, StorageChanges.Converted, "pruned", "rescaled", "units-permuted", RowOrder.Name };

    public static IEnumerable<FoundOperation> Find(Findings findings, IReadOnlyList<FoundOperation> found)
    {
        if (found.Any(o => Explaining.Contains(o.Operation.Name))) yield break;
        var matrices = StoredPairs.Of(findings.Pair).Where(p => p.Subject.IsMatrix && p.Reference.IsMatrix).ToList();
        var same = matrices.Count(p => p.Subject.Digest == p.Reference.Digest);
        if (same > 0 && matrices.Exists(p => p.Subject.Digest != p.Reference.Digest && Continues(findings, p.Subject, p.Reference)))
            yield return new(new(Name, $"{same} of {matrices.Count} matrices in matched layers are the same, byte for byte, while others were trained."));
    }

    /// <summary>A vocabulary table belongs to no layer, so nothing says yet that it goes on from its namesake.</summary>
    private static bool Continues(Findings findings, StoredPart subject, StoredPart reference) =>
        subject.Key.Layer != TensorPart.NoLayer || findings.Pair.Cosine(subject.Part, reference.Part) > 0.5;
}
