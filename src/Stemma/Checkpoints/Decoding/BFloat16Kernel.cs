using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Decoding;

/// <summary>BF16 is the upper half of a float: widening is a shift.</summary>
internal static class BFloat16Kernel
{
    /// <summary>Widens; both spans have the same length.</summary>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination, SimdWidth width)
    {
        var done = width switch
        {
            SimdWidth.V512 => Widen512(source, destination),
            SimdWidth.V256 => Widen256(source, destination),
            SimdWidth.V128 => Widen128(source, destination),
            _ => 0,
        };
        for (; done < source.Length; done++) destination[done] = BitConverter.UInt32BitsToSingle((uint)source[done] << 16);
    }

    private static int Widen512(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, uint>(destination));
        var i = 0;
        for (; i <= source.Length - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            var (lower, upper) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i));
            (lower << 16).StoreUnsafe(ref to, (nuint)i);
            (upper << 16).StoreUnsafe(ref to, (nuint)(i + Vector512<uint>.Count));
        }

        return i;
    }

    private static int Widen256(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, uint>(destination));
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
            (lower << 16).StoreUnsafe(ref to, (nuint)i);
            (upper << 16).StoreUnsafe(ref to, (nuint)(i + Vector256<uint>.Count));
        }

        return i;
    }

    private static int Widen128(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, uint>(destination));
        var i = 0;
        for (; i <= source.Length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            var (lower, upper) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
            (lower << 16).StoreUnsafe(ref to, (nuint)i);
            (upper << 16).StoreUnsafe(ref to, (nuint)(i + Vector128<uint>.Count));
        }

        return i;
    }
}
