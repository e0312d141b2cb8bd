using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>
/// The count sketch of one row: <c>sketch[j mod 64] += factor[j] * x[j]</c>, with the sums that moments and norms need, in one pass.
/// Each bucket is summed in ascending j and each sum runs in 32 fixed lanes that are folded in a fixed order, so the bits do not depend on the vector width:
/// <see cref="Vector512{T}"/> falls back to narrower vectors lane by lane.
/// </summary>
internal static class RowKernel
{
    /// <summary>Columns per segment; float lanes are flushed to double between segments to keep their error small.</summary>
    private const int Segment = 8192;

    /// <param name="row">Stored numbers.</param>
    /// <param name="factors">Sign times gain per column.</param>
    /// <param name="sketch">64 sums; overwritten.</param>
    public static RowSums Run<TSource>(ReadOnlySpan<byte> row, ReadOnlySpan<float> factors, Span<float> sketch)
        where TSource : struct, IRowSource
    {
        sketch.Clear();
        var total = default(RowSums);
        for (var start = 0; start < factors.Length; start += Segment)
        {
            var count = Math.Min(Segment, factors.Length - start);
            total += RunSegment<TSource>(row[(start * TSource.Bytes)..], factors.Slice(start, count), sketch);
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static RowSums RunSegment<TSource>(ReadOnlySpan<byte> row, ReadOnlySpan<float> factors, Span<float> sketch)
        where TSource : struct, IRowSource
    {
        ref var x = ref MemoryMarshal.GetReference(row);
        ref var f = ref MemoryMarshal.GetReference(factors);
        ref var s = ref MemoryMarshal.GetReference(sketch);
        nint count = factors.Length, whole = count & ~63, j = 0;

        Vector512<float> sum0 = default, sum1 = default, square0 = default, square1 = default, folded0 = default, folded1 = default;
        var bucket0 = Vector512.LoadUnsafe(ref s, 0);
        var bucket1 = Vector512.LoadUnsafe(ref s, 16);
        var bucket2 = Vector512.LoadUnsafe(ref s, 32);
        var bucket3 = Vector512.LoadUnsafe(ref s, 48);
        for (; j < whole; j += 64)
        {
            Step(TSource.Load16(ref x, j), Vector512.LoadUnsafe(ref f, (nuint)j), ref bucket0, ref sum0, ref square0, ref folded0);
            Step(TSource.Load16(ref x, j + 16), Vector512.LoadUnsafe(ref f, (nuint)j + 16), ref bucket1, ref sum1, ref square1, ref folded1);
            Step(TSource.Load16(ref x, j + 32), Vector512.LoadUnsafe(ref f, (nuint)j + 32), ref bucket2, ref sum0, ref square0, ref folded0);
            Step(TSource.Load16(ref x, j + 48), Vector512.LoadUnsafe(ref f, (nuint)j + 48), ref bucket3, ref sum1, ref square1, ref folded1);
        }

        bucket0.StoreUnsafe(ref s, 0);
        bucket1.StoreUnsafe(ref s, 16);
        bucket2.StoreUnsafe(ref s, 32);
        bucket3.StoreUnsafe(ref s, 48);
        var sums = new RowSums(Fold(sum0, sum1), Fold(square0, square1), Fold(folded0, folded1));
        for (; j < count; j++)
        {
            var value = TSource.Load(ref x, j);
            var product = value * Unsafe.Add(ref f, j);
            Unsafe.Add(ref s, j & 63) += product;
            sums += new RowSums(value, (double)value * value, (double)product * product);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector512<float> value, Vector512<float> factor, ref Vector512<float> bucket, ref Vector512<float> sum, ref Vector512<float> square, ref Vector512<float> folded)
    {
        var product = value * factor;
        bucket += product;
        sum += value;
        square += value * value;
        folded += product * product;
    }

    /// <summary>Adds 32 lanes in double, always as the same tree: halves onto halves until two are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Fold(Vector512<float> low, Vector512<float> high)
    {
        var eight = Vector512.WidenLower(low) + Vector512.WidenLower(high) + (Vector512.WidenUpper(low) + Vector512.WidenUpper(high));
        var four = eight.GetLower() + eight.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
