using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Stemma.Checkpoints.Decoding.Blocks.BlockParts;

namespace Stemma.Checkpoints.Decoding.Blocks;

/// <summary>Blocks of 32 or 64 numbers, sixteen numbers at a time.</summary>
internal static class SmallBlocks
{
    private const ulong Ones = 0x0101010101010101;

    public static void Q40<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[18..], at += 32)
        {
            var (d, q) = (Step(source), Vector128.Create(source.Slice(2, 16)));
            T.Scale((Low(q) - Vector128.Create((byte)8)).AsSByte(), d, ref to, at);
            T.Scale((High(q) - Vector128.Create((byte)8)).AsSByte(), d, ref to, at + 16);
        }
    }

    public static void Q41<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[20..], at += 32)
        {
            var (d, less, q) = (Step(source), -Step(source[2..]), Vector128.Create(source.Slice(4, 16)));
            T.Scale(Low(q).AsSByte(), d, less, ref to, at);
            T.Scale(High(q).AsSByte(), d, less, ref to, at + 16);
        }
    }

    public static void Q50<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[22..], at += 32)
        {
            var (d, q) = (Step(source), Vector128.Create(source.Slice(6, 16)));
            T.Scale(((Low(q) | Fifth(source[2..])) - Vector128.Create((byte)16)).AsSByte(), d, ref to, at);
            T.Scale(((High(q) | Fifth(source[4..])) - Vector128.Create((byte)16)).AsSByte(), d, ref to, at + 16);
        }
    }

    public static void Q51<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[24..], at += 32)
        {
            var (d, less, q) = (Step(source), -Step(source[2..]), Vector128.Create(source.Slice(8, 16)));
            T.Scale((Low(q) | Fifth(source[4..])).AsSByte(), d, less, ref to, at);
            T.Scale((High(q) | Fifth(source[6..])).AsSByte(), d, less, ref to, at + 16);
        }
    }

    public static void Q80<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[34..], at += 32)
        {
            var d = Step(source);
            T.Scale(Vector128.Create(source.Slice(2, 16)).AsSByte(), d, ref to, at);
            T.Scale(Vector128.Create(source.Slice(18, 16)).AsSByte(), d, ref to, at + 16);
        }
    }

    public static void IQ4NL<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        var steps = Vector128.Create(UnevenSteps);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[18..], at += 32)
        {
            var (d, q) = (Step(source), Vector128.Create(source.Slice(2, 16)));
            T.Scale(Vector128.ShuffleNative(steps, Low(q).AsSByte()), d, ref to, at);
            T.Scale(Vector128.ShuffleNative(steps, High(q).AsSByte()), d, ref to, at + 16);
        }
    }

    public static void MXFP4<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        var numbers = Vector128.Create(DoubledE2M1);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[17..], at += 32)
        {
            var (d, q) = (HalfE8M0(source[0]), Vector128.Create(source.Slice(1, 16)));
            T.Scale(Vector128.ShuffleNative(numbers, Low(q).AsSByte()), d, ref to, at);
            T.Scale(Vector128.ShuffleNative(numbers, High(q).AsSByte()), d, ref to, at + 16);
        }
    }

    /// <summary>Four scales for sixteen numbers each; eight bytes hold sixteen numbers, the low halves first.</summary>
    public static void NVFP4<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        var numbers = Vector128.Create(DoubledE2M1);
        ref var scales = ref MemoryMarshal.GetArrayDataReference(HalvesE4M3);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[36..], at += 64)
        {
            for (var group = 0; group < 4; group++)
            {
                var eight = MemoryMarshal.Read<ulong>(source[(4 + (8 * group))..]);
                var q = Low(Vector128.Create(eight, eight >> 4).AsByte());
                T.Scale(Vector128.ShuffleNative(numbers, q.AsSByte()), Unsafe.Add(ref scales, source[group]), ref to, at + ((nuint)group * 16));
            }
        }
    }

    /// <summary>A float of 16 bits as <see cref="BlockParts.Half"/> gives it, without a call: for 32 numbers a call is a good part of the work. Larger blocks lose more by the longer loop than they gain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Step(ReadOnlySpan<byte> at)
    {
        var bits = MemoryMarshal.Read<ushort>(at);
        if ((bits & 0x7C00) == 0x7C00) return Half(at);
        // The exponent of a float counts from 112 lower; the product is exact, also where the half has no leading one.
        var size = BitConverter.UInt32BitsToSingle((uint)(bits & 0x7FFF) << 13) * BitConverter.UInt32BitsToSingle((127u + 112) << 23);
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(size) | ((uint)(bits & 0x8000) << 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> High(Vector128<byte> bytes) => bytes >>> 4;

    /// <summary>Sixteen bits of two bytes, each as 16 or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Fifth(ReadOnlySpan<byte> bits)
    {
        var each = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
        var two = Vector128.Create(bits[0] * Ones, bits[1] * Ones).AsByte();
        return Vector128.Equals(two & each, each) & Vector128.Create((byte)16);
    }
}
