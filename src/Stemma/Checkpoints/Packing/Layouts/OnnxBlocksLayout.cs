using System.Runtime.InteropServices;
using Stemma.Checkpoints.Packing.Kernels;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>Blocks of 2, 4 or 8 bits for ONNX Runtime's <c>MatMulNBits</c>, as the reader of the format names their parts: W = (q - z) s; without zero points z is the middle of the range.</summary>
internal sealed class OnnxBlocksLayout : IPackedLayout
{
    internal const string Scales = ".onnx_block_scales", Zeros = ".onnx_block_zeros";

    internal static string Codes(int bits) => $".onnx_blocks_{bits}";

    public IEnumerable<PackedTensor> Find(StoredTensors stored)
    {
        foreach (var bits in (int[])[2, 4, 8])
        {
            foreach (var (name, codes) in stored.EndingWith(Codes(bits)))
            {
                if (stored.Find(name + Scales) is not { } scales) continue;
                stored.ExpectType(codes, TensorType.U8);
                stored.ExpectShape(codes, -1, -1, -1);
                stored.ExpectShape(scales, codes.Shape[0], codes.Shape[1]);
                stored.ExpectScales(scales);
                List<TensorInfo> parts = [codes, scales];
                if (stored.Find(name + Zeros) is { } zeros)
                {
                    stored.ExpectType(zeros, TensorType.U8);
                    stored.ExpectShape(zeros, codes.Shape[0], ((codes.Shape[1] * bits) + 7) / 8);
                    parts.Add(zeros);
                }

                if (codes.Count == 0 || codes.Shape[2] > PackedTensor.LongestRow || codes.Shape[1] > PackedTensor.LongestRow) throw stored.Refuse(codes, $"{codes.Name} of [{string.Join(", ", codes.Shape)}]", "rows of blocks");
                var block = codes.Shape[2] * 8 / bits;
                yield return new BlockTensor(stored, name, [codes.Shape[0], codes.Shape[1] * block], parts, bits, (int)block);
            }
        }
    }

    private sealed class BlockTensor(StoredTensors stored, string name, long[] shape, IReadOnlyList<TensorInfo> parts, int bits, int block)
        : PackedTensor(stored, name, shape, $"ONNX {bits}-bit, {Grouping.Words(block, shape[1])}", parts)
    {
        public override void Read(long first, Span<float> rows)
        {
            var (blocks, bytes) = ((int)Parts[1].Columns, Columns * bits / 8);
            using var words = new Rented<uint>((bytes + 3) / 4);
            using var scale = new Rented<float>(blocks);
            using var zero = new Rented<float>(blocks);
            zero.Span.Fill(1 << (bits - 1));
            for (; rows.Length > 0; rows = rows[Columns..], first++)
            {
                StoredNumbers.Raw(Stored.Checkpoint, Parts[0], first * bytes, MemoryMarshal.AsBytes(words.Span)[..bytes]);
                StoredNumbers.Range(Stored.Checkpoint, Parts[1], first * blocks, scale.Span);
                if (Parts.Count > 2) ReadZeros(first, zero.Span);
                BitKernel.Unpack(words.Span, bits, rows[..Columns]);
                AffineKernel.ApplyGroups(rows[..Columns], zero.Span, scale.Span, block);
            }
        }

        private void ReadZeros(long row, Span<float> zero)
        {
            var bytes = (int)Parts[2].Columns;
            using var words = new Rented<uint>((bytes + 3) / 4);
            StoredNumbers.Raw(Stored.Checkpoint, Parts[2], row * bytes, MemoryMarshal.AsBytes(words.Span)[..bytes]);
            BitKernel.Unpack(words.Span, bits, zero);
        }
    }
}
