namespace Stemma.Anatomy.Families;

/// <summary>What is known of the attention heads when a fused tensor is split. Zero: unknown.</summary>
/// <param name="Heads">Query heads, from the configuration.</param>
/// <param name="KvHeads">Key-value heads, from the configuration.</param>
/// <param name="HeadDim">Numbers in a head, from the configuration.</param>
/// <param name="QueryWidth">Inputs of the same layer's output projection, from its shape: heads times head size.</param>
/// <param name="InnerWidth">Inputs of the same layer's down projection, from its shape.</param>
/// <param name="Falcon">Which of the three layouts Falcon's configuration asks for; <see cref="SplitRule.None"/> when there is none.</param>
internal readonly record struct HeadLayout(int Heads, int KvHeads, int HeadDim, long QueryWidth, long InnerWidth = 0, SplitRule Falcon = SplitRule.None);

/// <summary>One part of a fused axis.</summary>
internal readonly record struct FusedPart(TensorRole Role, AxisSlice Slice);

/// <summary>
/// Splits the output axis of a fused tensor (reference: the conversion code of llama.cpp and litgpt). Every index lands in exactly one part,
/// or there is no split at all: sizes that do not add up are never rounded.
/// </summary>
internal static class FusedLayouts
{
    /// <summary>The parts of an axis of <paramref name="size"/> indices; null with a reason when the layout cannot be known.</summary>
    public static IReadOnlyList<FusedPart>? Split(SplitRule rule, long size, HeadLayout heads, out string reason)
    {
        reason = "";
        var parts = rule switch
        {
            SplitRule.GateUp => Halves(size, TensorRole.Gate, TensorRole.Up),
            SplitRule.UpGate => Halves(size, TensorRole.Up, TensorRole.Gate),
            SplitRule.GateUpState when heads.InnerWidth <= 0 => Unsure(ref reason, "the number of inner channels is unknown"),
            SplitRule.GateUpState => GateUpState(size, heads.InnerWidth),
            SplitRule.KvContiguous => Halves(size, TensorRole.K, TensorRole.V),
            SplitRule.GateUpInterleaved => Interleaved(size),
            SplitRule.QkvContiguous => Contiguous(size, heads, ref reason),
            SplitRule.QkvPerHead => PerHead(size, heads, ref reason),
            SplitRule.QkvPerGroup => PerGroup(size, heads, ref reason),
            SplitRule.QkvFalcon when heads.Falcon == SplitRule.None => Unsure(ref reason, "only the configuration tells which layout this fused tensor has, and there is none"),
            SplitRule.QkvFalcon => Split(heads.Falcon, size, heads, out reason),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, null),
        };
        if (parts is null && reason.Length == 0) reason = $"its {size} rows do not fit the fused layout";
        return parts;
    }

    private static List<FusedPart>? Halves(long size, TensorRole first, TensorRole second) =>
        size % 2 != 0 || size == 0 ? null : [new(first, new AxisSlice(0, size / 2)), new(second, new AxisSlice(size / 2, size / 2))];

    private static List<FusedPart>? GateUpState(long size, long width) => size <= 2 * width
        ? null
        : [new(TensorRole.Gate, new AxisSlice(0, width)), new(TensorRole.Up, new AxisSlice(width, width)), new(TensorRole.Unknown, new AxisSlice(2 * width, size - (2 * width)))];

    private static List<FusedPart>? Interleaved(long size) =>
        size % 2 != 0 || size == 0 ? null : [new(TensorRole.Gate, Runs(0, 1, size / 2, 2)), new(TensorRole.Up, Runs(1, 1, size / 2, 2))];

    private static List<FusedPart>? Contiguous(long size, HeadLayout heads, ref string reason)
    {
        var query = heads is { Heads: > 0, HeadDim: > 0 } ? (long)heads.Heads * heads.HeadDim : heads.QueryWidth;
        if (query <= 0) return Unsure(ref reason, "the number of query rows is unknown");
        var keyValue = size - query;
        if (keyValue <= 0 || keyValue % 2 != 0) return null;
        if (heads is { Heads: > 0, KvHeads: > 0, HeadDim: > 0 } && keyValue != 2L * heads.KvHeads * heads.HeadDim) return null;
        if (heads.QueryWidth > 0 && heads.QueryWidth != query) return null;
        return [new(TensorRole.Q, new AxisSlice(0, query)), new(TensorRole.K, new AxisSlice(query, keyValue / 2)),
            new(TensorRole.V, new AxisSlice(query + keyValue / 2, keyValue / 2))];
    }

    private static List<FusedPart>? PerHead(long size, HeadLayout heads, ref string reason)
    {
        if (heads.Heads <= 0) return Unsure(ref reason, "the number of heads is unknown, so the heads of this fused tensor cannot be told apart");
        if (size % (3L * heads.Heads) != 0) return null;
        var head = size / (3L * heads.Heads);
        if (heads.QueryWidth > 0 && heads.QueryWidth != head * heads.Heads) return null;
        return [new(TensorRole.Q, Runs(0, head, heads.Heads, 3 * head)), new(TensorRole.K, Runs(head, head, heads.Heads, 3 * head)),
            new(TensorRole.V, Runs(2 * head, head, heads.Heads, 3 * head))];
    }

    private static List<FusedPart>? PerGroup(long size, HeadLayout heads, ref string reason)
    {
        if (heads.Heads <= 0 || heads.KvHeads <= 0) return Unsure(ref reason, "the number of heads and groups is unknown, so the groups of this fused tensor cannot be told apart");
        if (heads.Heads % heads.KvHeads != 0 || size % (heads.Heads + 2L * heads.KvHeads) != 0) return null;
        var head = size / (heads.Heads + 2L * heads.KvHeads);
        if (heads.QueryWidth > 0 && heads.QueryWidth != head * heads.Heads) return null;
        var queries = head * (heads.Heads / heads.KvHeads);
        var group = queries + 2 * head;
        return [new(TensorRole.Q, Runs(0, queries, heads.KvHeads, group)), new(TensorRole.K, Runs(queries, head, heads.KvHeads, group)),
            new(TensorRole.V, Runs(queries + head, head, heads.KvHeads, group))];
    }

    private static List<FusedPart>? Unsure(ref string reason, string why)
    {
        reason = why;
        return null;
    }

    private static AxisSlice Runs(long start, long length, long blocks, long stride) => blocks == 1 ? new(start, length) : new(start, length, blocks, stride);
}
