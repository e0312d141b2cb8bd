using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Anchor tokens that both models have, as slots into their rows: <c>First[i]</c> and <c>Second[i]</c> hold one token.</summary>
/// <param name="First">Slots in the first model.</param>
/// <param name="Second">Slots in the second model.</param>
/// <param name="Obstacle">Why there are none, in words; null when there are.</param>
public sealed record SharedAnchors(int[] First, int[] Second, string? Obstacle)
{
    /// <summary>How many there are.</summary>
    public int Count => First.Length;

    public static SharedAnchors Find(AnchorRows a, AnchorRows b)
    {
        if (a.Count == 0 || b.Count == 0) return new([], [], "one model has no embedding that could be read");
        if (a.ByBytes != b.ByBytes) return new([], [], "only one model has a readable tokenizer, so tokens cannot be matched");
        var slotOf = new Dictionary<ulong, int>(b.Count);
        for (var slot = 0; slot < b.Count; slot++) slotOf.TryAdd(b.Keys[slot], slot);
        var (first, second) = (new List<int>(), new List<int>());
        for (var slot = 0; slot < a.Count; slot++)
        {
            if (!slotOf.TryGetValue(a.Keys[slot], out var other)) continue;
            first.Add(slot);
            second.Add(other);
        }

        return new([.. first], [.. second], first.Count == 0 ? "the vocabularies share none of the anchor tokens" : null);
    }
}
