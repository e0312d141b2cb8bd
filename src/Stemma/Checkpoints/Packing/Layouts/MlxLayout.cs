using Stemma.Checkpoints.Packing.Kernels;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>
/// MLX (Apple; mlx.core.quantize): <c>weight</c> [..., out, words] holds codes as a dense stream for each row, lowest bits first, with <c>scales</c> and <c>biases</c>
/// [..., out, groups]. Integers of 2 to 8 bits in groups of 32, 64 or 128: W = q s + b. Without biases the scales are bytes and the codes floating-point numbers: E2M1 by 32 with a
/// power of two (MXFP4), E4M3 by 32 with a power of two (MXFP8), E2M1 by 16 with an E4M3 scale (NVFP4).
/// </summary>
internal sealed class MlxLayout : IPackedLayout
{
    private static readonly int[] Widths = [2, 3, 4, 5, 6, 8], GroupSizes = [32, 64, 128];

    public IEnumerable<PackedTensor> Find(StoredTensors stored)
    {
        foreach (var (module, scales) in stored.EndingWith(".scales"))
        {
            var name = module + ".weight";
            if (stored.Find(name) is not { Type: TensorType.U32, Shape.Count: 2 or 3 } words) continue;
            if (words.Count == 0 || scales.Columns == 0) throw stored.Refuse(words, $"{words.Name} of [{string.Join(", ", words.Shape)}]", "codes and scales");
            stored.ExpectShape(scales, [.. words.Shape.SkipLast(1), -1]);
            if (scales.Type == TensorType.U8) yield return Floats(stored, name, words, scales);
            else if (stored.Find(module + ".biases") is { } biases) yield return Integers(stored, module, words, scales, biases);
        }
    }

    private static MlxIntegers Integers(StoredTensors stored, string module, TensorInfo words, TensorInfo scales, TensorInfo biases)
    {
        stored.ExpectScales(scales);
        stored.ExpectScales(biases);
        stored.ExpectShape(biases, [.. scales.Shape]);
        bool Fits((int Bits, int Group) sizes) => words.Columns * 32 % sizes.Bits == 0 && words.Columns * 32 / sizes.Bits == scales.Columns * sizes.Group;
        // Four bits by 64 take as many words and scales as eight by 32: then only the configuration tells.
        List<(int Bits, int Group)> fitting = [.. Widths.SelectMany(bits => GroupSizes.Select(group => (bits, group))).Where(Fits)];
        if (fitting.Count > 1 && stored.Config.SizesOf(module) is { } said && fitting.Contains(said)) fitting = [said];
        if (fitting is not [var only])
        {
            throw stored.Refuse(words, $"{words.Columns} words and {scales.Columns} groups in a row" + (fitting.Count > 1 ? $", which fit {string.Join(" and ", fitting.Select(one => $"{one.Bits} bits by {one.Group}"))}" : ""),
                "integers of 2 to 8 bits in groups of 32, 64 or 128, said by config.json where several fit");
        }

        return new(stored, module + ".weight", [.. words.Shape.SkipLast(1), scales.Columns * only.Group], [words, scales, biases], only.Bits, only.Group);
    }

    private static PackedTensor Floats(StoredTensors stored, string name, TensorInfo words, TensorInfo scales)
    {
        var codes = words with { Type = TensorType.U8, Shape = [.. words.Shape.SkipLast(1), words.Columns * sizeof(uint)] };
        return (words.Columns % scales.Columns == 0 ? words.Columns / scales.Columns : 0) switch
        {
            2 => new Fp4Tensor(stored, name, Shape(2), [codes, scales with { Type = TensorType.F8E4M3 }], 16, "NVFP4, blocks of 16"),
            4 => new Fp4Tensor(stored, name, Shape(2), [codes, scales], 32, "MXFP4, blocks of 32"),
            8 => new MlxBytes(stored, name, Shape(1), [codes, scales]),
            _ => throw stored.Refuse(words, $"{words.Columns} words and {scales.Columns} scales in a row", "2, 4 or 8 words for each scale"),
        };

        long[] Shape(int perByte) => [.. codes.Shape.SkipLast(1), codes.Columns * perByte];
    }

    private sealed class MlxIntegers(StoredTensors stored, string name, long[] shape, IReadOnlyList<TensorInfo> parts, int bits, int group)
        : PackedTensor(stored, name, shape, $"MLX {bits}-bit, {Grouping.Words(group, shape[^1])}", parts)
    {
        public override void Read(long first, Span<float> rows)
        {
            var (words, groups) = ((int)Parts[0].Columns, (int)Parts[1].Columns);
            using var stream = new Rented<uint>(words);
            using var scale = new Rented<float>(groups);
            using var offset = new Rented<float>(groups);
            for (; rows.Length > 0; rows = rows[Columns..], first++)
            {
                StoredNumbers.Raw(Stored.Checkpoint, Parts[0], first * words, stream.Span);
                StoredNumbers.Range(Stored.Checkpoint, Parts[1], first * groups, scale.Span);
                StoredNumbers.Range(Stored.Checkpoint, Parts[2], first * groups, offset.Span);
                BitKernel.Unpack(stream.Span, bits, rows[..Columns]);
                for (var g = 0; g < groups; g++) AffineKernel.ApplyOffset(rows.Slice(g * group, group), scale.Span[g], offset.Span[g]);
            }
        }
    }

    /// <summary>E4M3 by 32 with a power of two.</summary>
    private sealed class MlxBytes(StoredTensors stored, string name, long[] shape, IReadOnlyList<TensorInfo> parts) : PackedTensor(stored, name, shape, "MXFP8, blocks of 32", parts)
    {
        private const int Block = 32;

        public override void Read(long first, Span<float> rows)
        {
            using var scales = new Rented<float>(rows.Length / Block);
            StoredNumbers.Range(Stored.Checkpoint, Parts[1] with { Type = TensorType.F8E8M0 }, first * Columns / Block, scales.Span);
            StoredNumbers.Range(Stored.Checkpoint, Parts[0] with { Type = TensorType.F8E4M3 }, first * Columns, rows);
            for (var b = 0; b < scales.Span.Length; b++) AffineKernel.Apply(rows.Slice(b * Block, Block), zero: 0, scales.Span[b]);
        }
    }
}
