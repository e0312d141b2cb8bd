using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Anchor tokens that both models have, as slots into their rows.</summary>
/// <param name="Slots">Slot in the first and in the second model.</param>
/// <param name="Obstacle">Why there are none, in words; null when there are.</param>
public sealed record SharedAnchors(IReadOnlyList<(int A, int B)> Slots, string? Obstacle)
{
    public static SharedAnchors Find(AnchorRows a, AnchorRows b)
    {
        if (a.Count == 0 || b.Count == 0) return new([], "one model has no embedding that could be read");
        if (a.ByBytes != b.ByBytes) return new([], "only one model has a readable tokenizer, so tokens cannot be matched");
        var slotOf = b.Keys.Select((key, slot) => (key, slot)).DistinctBy(p => p.key).ToDictionary(p => p.key, p => p.slot);
        var shared = a.Keys.Select((key, slot) => (A: slot, B: slotOf.GetValueOrDefault(key, -1))).Where(p => p.B >= 0).ToList();
        return new(shared, shared.Count == 0 ? "the vocabularies share none of the anchor tokens" : null);
    }
}
