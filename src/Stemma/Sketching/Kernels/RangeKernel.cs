using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>Finds numbers that no sum may meet: NaN, infinity, and values so large that their squares overflow.</summary>
internal static class RangeKernel
{
    /// <summary>Weights beyond this are taken as zero and counted.</summary>
    public const float Limit = 1e15f;

    private const uint MagnitudeBits = 0x7FFF_FFFF;
    private static readonly uint LimitBits = BitConverter.SingleToUInt32Bits(Limit);

    /// <summary>True when every number is finite and within <see cref="Limit"/>. IEEE magnitudes order like integers, NaN above infinity.</summary>
    public static bool AllInRange<TSource>(ReadOnlySpan<byte> numbers)
        where TSource : struct, IRowSource
    {
        ref var x = ref MemoryMarshal.GetReference(numbers);
        nint count = numbers.Length / TSource.Bytes, j = 0;
        var largest = Vector512<uint>.Zero;
        var magnitude = Vector512.Create(MagnitudeBits);
        for (; j <= count - 16; j += 16) largest = Vector512.Max(largest, TSource.Load16(ref x, j).AsUInt32() & magnitude);
        var worst = 0u;
        for (var lane = 0; lane < Vector512<uint>.Count; lane++) worst = Math.Max(worst, largest[lane]);
        for (; j < count; j++) worst = Math.Max(worst, BitConverter.SingleToUInt32Bits(TSource.Load(ref x, j)) & MagnitudeBits);
        return worst <= LimitBits;
    }

    /// <summary>Zeroes what is out of range and says how many numbers that were.</summary>
    public static long Sanitise(Span<float> numbers)
    {
        var found = 0L;
        foreach (ref var value in numbers)
        {
            if (Math.Abs(value) <= Limit) continue;
            value = 0;
            found++;
        }

        return found;
    }
}
