using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>
/// The count sketch of columns, for matrices whose units lie along the columns (down projections, Conv1D storage): one row is added to one bucket
/// of every column, <c>bucket[c] += factor * x[c]</c>. Per column the order is that of the rows, so the result equals <see cref="RowKernel"/>'s on the transposed matrix, bit for bit.
/// </summary>
internal static class ColumnKernel
{
    /// <param name="row">Stored numbers of the columns in the tile.</param>
    /// <param name="factor">Sign times gain of this row.</param>
    /// <param name="bucket">The sums of this row's bucket, one per column.</param>
    /// <param name="norms">Folded squared norms, one per column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowSums Run<TSource>(ReadOnlySpan<byte> row, float factor, Span<float> bucket, Span<float> norms)
        where TSource : struct, IRowSource
    {
        ref var x = ref MemoryMarshal.GetReference(row);
        ref var b = ref MemoryMarshal.GetReference(bucket);
        ref var n = ref MemoryMarshal.GetReference(norms);
        nint count = bucket.Length, whole = count & ~31, j = 0;

        Vector512<float> sum0 = default, sum1 = default, square0 = default, square1 = default;
        var scale = Vector512.Create(factor);
        for (; j < whole; j += 32)
        {
            Step(TSource.Load16(ref x, j), scale, ref Unsafe.Add(ref b, j), ref Unsafe.Add(ref n, j), ref sum0, ref square0);
            Step(TSource.Load16(ref x, j + 16), scale, ref Unsafe.Add(ref b, j + 16), ref Unsafe.Add(ref n, j + 16), ref sum1, ref square1);
        }

        var sums = new RowSums(RowKernel.Fold(sum0, sum1), RowKernel.Fold(square0, square1), 0);
        for (; j < count; j++)
        {
            var value = TSource.Load(ref x, j);
            var product = value * factor;
            Unsafe.Add(ref b, j) += product;
            Unsafe.Add(ref n, j) += product * product;
            sums += new RowSums(value, (double)value * value, 0);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector512<float> value, Vector512<float> scale, ref float bucket, ref float norm, ref Vector512<float> sum, ref Vector512<float> square)
    {
        var product = value * scale;
        (Vector512.LoadUnsafe(ref bucket) + product).StoreUnsafe(ref bucket);
        (Vector512.LoadUnsafe(ref norm) + product * product).StoreUnsafe(ref norm);
        sum += value;
        square += value * value;
    }
}
