using Stemma.Anatomy;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Takes the rows of anchor tokens as an embedding or a head streams by. Rows are distinct, so several threads may write at once.</summary>
internal sealed class AnchorSink(IReadOnlyDictionary<int, int> slots, int width, float[]? gain)
{
    private readonly float[] _rows = new float[slots.Count * width];

    public bool Wants(long token) => token <= int.MaxValue && slots.ContainsKey((int)token);

    /// <summary>Keeps one row, gain folded.</summary>
    public void Take<TSource>(long token, ReadOnlySpan<byte> row)
        where TSource : struct, Kernels.IRowSource
    {
        ref var x = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(row);
        var target = _rows.AsSpan(slots[(int)token] * width, width);
        for (var j = 0; j < width; j++) target[j] = TSource.Load(ref x, j) * (gain is null ? 1f : gain[j]);
    }

    public (sbyte[] Bytes, float[] Scales) Quantise()
    {
        var bytes = new sbyte[_rows.Length];
        var scales = new float[slots.Count];
        for (var slot = 0; slot < slots.Count; slot++)
        {
            var row = _rows.AsSpan(slot * width, width);
            QuantisedDirection.Write(row, bytes.AsSpan(slot * width, width));
            var largest = 0f;
            foreach (var value in row) largest = Math.Max(largest, Math.Abs(value));
            scales[slot] = largest / 127f;
        }

        return (bytes, scales);
    }
}

/// <summary>Decides which part is the embedding and which the head, and gathers their anchor rows.</summary>
internal sealed class AnchorCollector
{
    /// <summary>Wider rows are nobody's residual stream.</summary>
    private const long WidestRow = 1 << 16;

    private readonly AnchorChoice _choice;
    private readonly Dictionary<TensorPart, AnchorSink> _sinks = new(ReferenceEqualityComparer.Instance);
    private readonly AnchorSink? _embed, _head;
    private readonly int _width;

    /// <param name="choice">The tokens.</param>
    /// <param name="parts">All parts in name order: of several embeddings the first is taken, whatever the order in the file.</param>
    /// <param name="gains">For folding.</param>
    public AnchorCollector(AnchorChoice choice, IEnumerable<TensorPart> parts, GainBook gains)
    {
        _choice = choice;
        if (choice.Tokens.Count == 0) return;
        var slots = choice.Tokens.Select((token, slot) => (token.Id, slot)).ToDictionary(t => t.Id, t => t.slot);
        var last = slots.Keys.Max();
        foreach (var part in parts.Where(p => !p.IsBias && p.Role is TensorRole.Embed or TensorRole.LmHead))
        {
            var (units, inner) = PartPass.SizesOf(part);
            if (!PartPass.HasUnitsInRows(part) || inner > WidestRow || last >= units || (_width != 0 && _width != inner)) continue;
            if ((part.Role == TensorRole.Embed ? _embed : _head) is not null) continue;
            _width = (int)inner;
            var sink = new AnchorSink(slots, _width, gains.Find(part.InputGain, inner));
            if (part.Role == TensorRole.Embed) _embed = sink;
            else _head = sink;
            _sinks.Add(part, sink);
        }
    }

    /// <summary>The sink for a part, or null when it is not the token embedding or the head.</summary>
    public AnchorSink? For(TensorPart part) => _sinks.GetValueOrDefault(part);

    public AnchorRows Finish()
    {
        if (_embed is null && _head is null) return AnchorRows.None;
        var (embedBytes, embedScales) = _embed?.Quantise() ?? ([], []);
        var (headBytes, headScales) = _head?.Quantise() ?? ([], []);
        return new(_choice.ByBytes, _width, [.. _choice.Tokens.Select(t => t.Key)], [.. _choice.Tokens.Select(t => t.Id)],
            embedBytes, embedScales, headBytes, headScales);
    }
}
