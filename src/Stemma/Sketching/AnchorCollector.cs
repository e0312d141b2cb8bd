using Stemma.Anatomy;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Takes the rows of anchor tokens as an embedding or a head streams by. Rows are distinct, so several threads may write at once.</summary>
internal sealed class AnchorSink(IReadOnlyDictionary<int, int> slots, int width, float[]? gain)
{
    private readonly float[] rows = new float[slots.Count * width];

    public bool Wants(long token) => token <= int.MaxValue && slots.ContainsKey((int)token);

    /// <summary>Keeps one row, gain folded.</summary>
    public void Take<TSource>(long token, ReadOnlySpan<byte> row)
        where TSource : struct, Kernels.IRowSource
    {
        ref var x = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(row);
        var target = rows.AsSpan(slots[(int)token] * width, width);
        for (var j = 0; j < width; j++) target[j] = TSource.Load(ref x, j) * (gain is null ? 1f : gain[j]);
    }

    public (sbyte[] Bytes, float[] Scales) Quantise()
    {
        var bytes = new sbyte[rows.Length];
        var scales = new float[slots.Count];
        for (var slot = 0; slot < slots.Count; slot++)
        {
            var row = rows.AsSpan(slot * width, width);
            QuantisedDirection.Write(row, bytes.AsSpan(slot * width, width));
            var largest = 0f;
            foreach (var value in row) largest = Math.Max(largest, Math.Abs(value));
            scales[slot] = largest / 127f;
        }

        return (bytes, scales);
    }
}

/// <summary>Decides which part is the embedding and which the head, and gathers their anchor rows.</summary>
internal sealed class AnchorCollector(AnchorChoice choice)
{
    private readonly Dictionary<int, int> slots = choice.Tokens.Select((token, slot) => (token.Id, slot)).ToDictionary(t => t.Id, t => t.slot);
    private AnchorSink? embed, head;
    private int width;

    /// <summary>The sink for a part, or null when it is not the token embedding or the head.</summary>
    public AnchorSink? For(TensorPart part, long vocabulary, long inner, float[]? gain)
    {
        if (part.IsBias || part.Role is not (TensorRole.Embed or TensorRole.LmHead) || slots.Count == 0) return null;
        if (inner > short.MaxValue * 2 || slots.Keys.Max() >= vocabulary || (width != 0 && width != inner)) return null;
        width = (int)inner;
        return part.Role == TensorRole.Embed ? embed ??= new(slots, width, gain) : head ??= new(slots, width, gain);
    }

    public AnchorRows Finish()
    {
        if (embed is null && head is null) return AnchorRows.None;
        var (embedBytes, embedScales) = embed?.Quantise() ?? ([], []);
        var (headBytes, headScales) = head?.Quantise() ?? ([], []);
        return new(choice.ByBytes, width, [.. choice.Tokens.Select(t => t.Key)], [.. choice.Tokens.Select(t => t.Id)],
            embedBytes, embedScales, headBytes, headScales);
    }
}
