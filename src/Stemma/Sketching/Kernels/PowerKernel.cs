using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>Sums of powers in double, exact zeros, and the largest magnitude.</summary>
internal struct PowerSums
{
    public double First, Second, Third, Fourth, Zeros, Largest;

    public void Add(PowerSums next)
    {
        First += next.First;
        Second += next.Second;
        Third += next.Third;
        Fourth += next.Fourth;
        Zeros += next.Zeros;
        Largest = Math.Max(Largest, next.Largest);
    }

    public void Add(double value)
    {
        var square = value * value;
        Add(new PowerSums { First = value, Second = square, Third = square * value, Fourth = square * square, Zeros = value == 0 ? 1 : 0, Largest = Math.Abs(value) });
    }
}

/// <summary>The first four powers of a row, summed in sixteen fixed lanes of double: third and fourth central moments are small differences of large sums.</summary>
internal static class PowerKernel
{
    /// <param name="row">Stored numbers, all in range.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PowerSums Run<TSource>(ReadOnlySpan<byte> row, int count)
        where TSource : struct, IRowSource
    {
        ref var x = ref MemoryMarshal.GetReference(row);
        Vector512<double> first0 = default, second0 = default, third0 = default, fourth0 = default;
        Vector512<double> first1 = default, second1 = default, third1 = default, fourth1 = default;
        Vector512<float> largest = default;
        Vector512<int> zeros = default;
        nint j = 0;
        for (; j <= count - 16; j += 16)
        {
            var value = TSource.Load16(ref x, j);
            largest = Vector512.Max(largest, Vector512.Abs(value));
            zeros -= Vector512.Equals(value, Vector512<float>.Zero).AsInt32();
            Step(Vector512.WidenLower(value), ref first0, ref second0, ref third0, ref fourth0);
            Step(Vector512.WidenUpper(value), ref first1, ref second1, ref third1, ref fourth1);
        }

        var sums = new PowerSums
        {
            First = Fold(first0, first1),
            Second = Fold(second0, second1),
            Third = Fold(third0, third1),
            Fourth = Fold(fourth0, fourth1),
            Zeros = Vector512.Sum(zeros),
        };
        for (var lane = 0; lane < Vector512<float>.Count; lane++) sums.Largest = Math.Max(sums.Largest, largest[lane]);
        for (; j < count; j++) sums.Add(TSource.Load(ref x, j));
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector512<double> value, ref Vector512<double> first, ref Vector512<double> second, ref Vector512<double> third, ref Vector512<double> fourth)
    {
        var square = value * value;
        first += value;
        second += square;
        third += square * value;
        fourth += square * square;
    }

    private static double Fold(Vector512<double> low, Vector512<double> high)
    {
        var total = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++) total += low[lane] + high[lane];
        return total;
    }
}
