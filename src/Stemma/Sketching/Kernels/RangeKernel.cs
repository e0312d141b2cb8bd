using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>Finds numbers that no sum may meet: NaN, infinity, and values so large that sums of their squares overflow.</summary>
internal static class RangeKernel
{
    /// <summary>Weights beyond this are taken as zero and counted.</summary>
    public const float Limit = 1e12f;

    /// <summary>Gains beyond this are taken as zero: folded squares of a million rows still fit a float.</summary>
    public const float GainLimit = 1e4f;

    /// <summary>The square of anything beyond <see cref="Limit"/> is more than this, however it is rounded.</summary>
    public const double LimitSquared = 0.999e24;

    private const uint MagnitudeBits = 0x7FFF_FFFF;

    /// <summary>True when every number is finite and within <see cref="Limit"/>. IEEE magnitudes order like integers, NaN above infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllInRange<TSource>(ReadOnlySpan<byte> numbers)
        where TSource : struct, IRowSource
    {
        ref var x = ref MemoryMarshal.GetReference(numbers);
        nint count = numbers.Length / TSource.Bytes, j = 0;
        Vector512<uint> largest0 = default, largest1 = default;
        var magnitude = Vector512.Create(MagnitudeBits);
        for (; j <= count - 32; j += 32)
        {
            largest0 = Vector512.Max(largest0, TSource.Load16(ref x, j).AsUInt32() & magnitude);
            largest1 = Vector512.Max(largest1, TSource.Load16(ref x, j + 16).AsUInt32() & magnitude);
        }

        var limit = BitConverter.SingleToUInt32Bits(Limit);
        var rest = 0u;
        for (; j < count; j++) rest = Math.Max(rest, BitConverter.SingleToUInt32Bits(TSource.Load(ref x, j)) & MagnitudeBits);
        return rest <= limit && Vector512.LessThanOrEqualAll(Vector512.Max(largest0, largest1), Vector512.Create(limit));
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
