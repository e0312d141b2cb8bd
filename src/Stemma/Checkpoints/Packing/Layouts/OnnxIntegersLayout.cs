using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>8-bit integers of ONNX Runtime's tools, as the reader of the format names their parts: W = (q - z) s, with one scale and zero point or one for each column. Nameless ones lie [in, out].</summary>
internal sealed class OnnxIntegersLayout : IPackedLayout
{
    internal const string AsStored = ".onnx_int8", Turned = ".onnx_int8_turned", Scales = ".onnx_int8_scale", Zeros = ".onnx_int8_zero";

    public IEnumerable<PackedTensor> Find(StoredTensors stored)
    {
        foreach (var ending in (string[])[AsStored, Turned])
        {
            foreach (var (name, codes) in stored.EndingWith(ending))
            {
                if (stored.Find(name + Scales) is not { } scales) continue;
                stored.ExpectType(codes, TensorType.I8, TensorType.U8);
                stored.ExpectShape(codes, -1, -1);
                stored.ExpectScales(scales);
                if (scales.Count != 1 && scales.Count != codes.Columns) throw stored.Refuse(scales, $"{scales.Count} scales", $"one, or {codes.Columns}");
                List<TensorInfo> parts = [codes, scales];
                if (stored.Find(name + Zeros) is { } zeros)
                {
                    stored.ExpectType(zeros, codes.Type);
                    if (zeros.Count != 1 && zeros.Count != codes.Columns) throw stored.Refuse(zeros, $"{zeros.Count} zero points", $"one, or {codes.Columns}");
                    parts.Add(zeros);
                }

                if (codes.Count == 0 || codes.Columns > PackedTensor.LongestRow) throw stored.Refuse(codes, $"{codes.Name} of [{string.Join(", ", codes.Shape)}]", $"1 to {PackedTensor.LongestRow} columns");
                yield return new IntegerTensor(stored, name, parts, ending == Turned);
            }
        }
    }

    private sealed class IntegerTensor(StoredTensors stored, string name, IReadOnlyList<TensorInfo> parts, bool turned)
        : PackedTensor(stored, name, turned ? [parts[0].Columns, parts[0].Rows] : [.. parts[0].Shape], parts[1].Count == 1 ? "ONNX 8-bit, one scale" : "ONNX 8-bit, one scale per output", parts)
    {
        private readonly Lazy<(float[] Scales, float[] Zeros)> _grid = new(() => GridOf(stored, parts));

        public override int RowsTogether => turned ? BandRows(16) : 1;

        public override void Read(long first, Span<float> rows)
        {
            var (scales, zeros) = _grid.Value;
            var isSigned = Parts[0].Type == TensorType.I8;
            if (!turned)
            {
                using var line = new Rented<byte>(rows.Length);
                StoredNumbers.Raw(Stored.Checkpoint, Parts[0], first * Columns, line.Span);
                for (var i = 0; i < rows.Length; i++) rows[i] = Value(line.Span[i], i % Columns);
                return;
            }

            var count = rows.Length / Columns;
            using var codes = new Rented<byte>(rows.Length);
            StoredNumbers.Columns(Stored.Checkpoint, Parts[0], first, count, codes.Span);
            for (var r = 0; r < count; r++)
                for (var i = 0; i < Columns; i++) rows[(r * Columns) + i] = Value(codes.Span[(i * count) + r], (int)first + r);

            float Value(byte code, int column) => ((isSigned ? (sbyte)code : code) - zeros[zeros.Length == 1 ? 0 : column]) * scales[scales.Length == 1 ? 0 : column];
        }

        private static (float[] Scales, float[] Zeros) GridOf(StoredTensors stored, IReadOnlyList<TensorInfo> parts)
        {
            var scales = new float[parts[1].Count];
            StoredNumbers.Range(stored.Checkpoint, parts[1], 0, scales);
            if (parts.Count < 3) return (scales, [0]);
            var zeros = new byte[parts[2].Count];
            StoredNumbers.Raw(stored.Checkpoint, parts[2], 0, zeros.AsSpan());
            return (scales, Array.ConvertAll(zeros, zero => (float)(parts[2].Type == TensorType.I8 ? (sbyte)zero : zero)));
        }
    }
}
