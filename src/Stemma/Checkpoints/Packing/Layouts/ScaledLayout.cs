using Stemma.Checkpoints.Tensors;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>
/// 8-bit numbers with scales beside them, y = w s: DeepSeek's FP8 with a scale for each block of 128 x 128 (<c>weight_scale_inv</c>, a factor despite its name), and
/// compressed-tensors' <c>float-quantized</c> and <c>int-quantized</c> with one for a tensor, a row, a group or a block (<c>weight_scale</c>, with <c>weight_zero_point</c>: y = (w - z) s).
/// </summary>
internal sealed class ScaledLayout : IPackedLayout
{
    private const long UsualBlock = 128;

    private const string Factors = "_scale_inv";

    public IEnumerable<PackedTensor> Find(StoredTensors stored)
    {
        foreach (var ending in (string[])[Factors, ".weight_scale"])
        {
            foreach (var (_, scales) in stored.EndingWith(ending))
            {
                var name = scales.Name[..^(ending == Factors ? Factors.Length : "_scale".Length)];
                if (stored.Find(name) is not { } numbers || !IsEightBit(numbers.Type)) continue;
                if (!scales.Type.IsReal() || scales.Type.BitsOf() < 8) throw stored.Refuse(scales, $"scales of type {scales.Type}", "floating-point numbers");
                var grid = Grid(stored, numbers, scales);
                List<TensorInfo> parts = [numbers, scales];
                if (stored.Find(name + "_zero_point") is { } zeros)
                {
                    stored.ExpectType(zeros, TensorType.I8);
                    stored.ExpectShape(zeros, [.. scales.Shape]);
                    parts.Add(zeros);
                }

                yield return new ScaledTensor(stored, name, parts, grid, $"{TypeName(numbers.Type)}, {grid.Words}") { HasZeros = parts.Count > 2 };
            }
        }
    }

    private static bool IsEightBit(TensorType type) => type == TensorType.I8 || type.IsFloat() && type.BitsOf() == 8 && type != TensorType.F8E8M0;

    private static string TypeName(TensorType type) => type == TensorType.I8 ? "int8" : $"FP8 {type.ToString()[2..]}";

    /// <summary>How the scales lie over the numbers.</summary>
    private static ScaleGrid Grid(StoredTensors stored, TensorInfo numbers, TensorInfo scales)
    {
        if (numbers.Shape.Count is < 1 or > 3) throw stored.Refuse(numbers, $"{numbers.Name} with {numbers.Shape.Count} dimensions", "a matrix, or a stack of them");
        var rows = numbers.Shape.Count == 1 ? 1 : numbers.Shape[^2];
        if (scales.Count == 1) return new(numbers, scales, 1, numbers.Rows, numbers.Columns);
        if (scales.Shape.Count == 1 && numbers.Shape.Count == 2 && scales.Count == rows) return new(numbers, scales, rows, 1, numbers.Columns);
        if (scales.Shape.Count != numbers.Shape.Count || numbers.Shape.Count < 2 || (numbers.Shape.Count == 3 && scales.Shape[0] != numbers.Shape[0]))
            throw stored.Refuse(scales, $"{scales.Name} of [{string.Join(", ", scales.Shape)}]", $"scales over [{string.Join(", ", numbers.Shape)}]: one, one per row, or one per block");
        var (down, across) = (scales.Shape[^2], scales.Shape[^1]);
        // Of blocks the configuration tells the size, or it is the usual one; of groups within a row the number of scales tells it.
        var (height, width) = stored.Config.Block ?? (UsualBlock, UsualBlock);
        if (Parts(rows, height) == down && Parts(numbers.Columns, width) == across) return new(numbers, scales, down, height, width);
        if (down == rows && Grouping.SizeOf(numbers.Columns, across) is { } group) return new(numbers, scales, down, 1, group);
        throw stored.Refuse(scales, $"{scales.Name} of [{string.Join(", ", scales.Shape)}]", $"blocks of {height} x {width} or groups in each row over [{string.Join(", ", numbers.Shape)}]");
    }

    private static long Parts(long whole, long part) => (whole + part - 1) / part;
}
