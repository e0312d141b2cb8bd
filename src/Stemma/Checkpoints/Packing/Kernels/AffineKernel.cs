using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Kernels;

/// <summary>Turns integers of a grid into values, y = (q - z) s: one subtraction that is exact and one rounding, the same bits on every width.</summary>
internal static class AffineKernel
{
    /// <summary>In place, with one zero point and one scale.</summary>
    public static void Apply(Span<float> numbers, float zero, float scale) => Apply(numbers, zero, scale, SimdWidths.Widest);

    internal static void Apply(Span<float> numbers, float zero, float scale, SimdWidth width)
    {
        var done = width >= SimdWidth.V256 ? ApplyWide(numbers, zero, scale) : 0;
        for (; done < numbers.Length; done++) numbers[done] = (numbers[done] - zero) * scale;
    }

    /// <summary>In place, y = q s + b: one product and one sum, each rounded.</summary>
    public static void ApplyOffset(Span<float> numbers, float scale, float offset) => ApplyOffset(numbers, scale, offset, SimdWidths.Widest);

    internal static void ApplyOffset(Span<float> numbers, float scale, float offset, SimdWidth width)
    {
        var i = 0;
        if (width >= SimdWidth.V256)
        {
            var (scales, offsets) = (Vector256.Create(scale), Vector256.Create(offset));
            ref var at = ref MemoryMarshal.GetReference(numbers);
            for (; i <= numbers.Length - Vector256<float>.Count; i += Vector256<float>.Count)
                ((Vector256.LoadUnsafe(ref at, (nuint)i) * scales) + offsets).StoreUnsafe(ref at, (nuint)i);
        }

        for (; i < numbers.Length; i++) numbers[i] = (numbers[i] * scale) + offset;
    }

    /// <summary>A row whose neighbours share zero point and scale in groups.</summary>
    /// <param name="row">The integers; becomes the values.</param>
    /// <param name="zeros">One for each group.</param>
    /// <param name="scales">One for each group.</param>
    /// <param name="groupSize">Numbers in a group; the last may be shorter.</param>
    public static void ApplyGroups(Span<float> row, ReadOnlySpan<float> zeros, ReadOnlySpan<float> scales, int groupSize)
    {
        for (var (group, at) = (0, 0); at < row.Length; group++, at += groupSize)
            Apply(row.Slice(at, Math.Min(groupSize, row.Length - at)), zeros[group], scales[group]);
    }

    /// <summary>A row in which each number names its group.</summary>
    public static void ApplyGroups(Span<float> row, ReadOnlySpan<float> zeros, ReadOnlySpan<float> scales, ReadOnlySpan<int> groupOf)
    {
        for (var i = 0; i < row.Length; i++) row[i] = (row[i] - zeros[groupOf[i]]) * scales[groupOf[i]];
    }

    private static int ApplyWide(Span<float> numbers, float zero, float scale)
    {
        ref var at = ref MemoryMarshal.GetReference(numbers);
        var (zeros, scales) = (Vector256.Create(zero), Vector256.Create(scale));
        var i = 0;
        for (; i <= numbers.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            ((Vector256.LoadUnsafe(ref at, (nuint)i) - zeros) * scales).StoreUnsafe(ref at, (nuint)i);
        return i;
    }
}
