using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Stemma.Checkpoints.Decoding.Blocks.BlockParts;

namespace Stemma.Checkpoints.Decoding.Blocks;

/// <summary>Blocks of 256 numbers, sixteen numbers at a time.</summary>
internal static class LargeBlocks
{
    private const int Numbers = 256;

    public static void Q2K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        // The sixteen scales, then the sixteen minima.
        ref var steps = ref MemoryMarshal.GetReference(stackalloc float[32]);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[84..])
        {
            var packed = Vector128.Create(source[..16]);
            T.Scale(SmallBlocks.Low(packed).AsSByte(), Half(source[80..]), ref steps, 0);
            T.Scale(SmallBlocks.High(packed).AsSByte(), Half(source[82..]), ref steps, 16);
            for (var half = 0; half < 2; half++)
            {
                var (first, second) = (Vector128.Create(source.Slice(16 + (32 * half), 16)), Vector128.Create(source.Slice(32 + (32 * half), 16)));
                for (var quarter = 0; quarter < 4; quarter++, at += 32)
                {
                    ref var step = ref Unsafe.Add(ref steps, (8 * half) + (2 * quarter));
                    T.Scale(Two(first).AsSByte(), step, Unsafe.Add(ref step, 16), ref to, at);
                    T.Scale(Two(second).AsSByte(), Unsafe.Add(ref step, 1), Unsafe.Add(ref step, 17), ref to, at + 16);
                    (first, second) = (Shift(first, 2), Shift(second, 2));
                }
            }
        }
    }

    public static void Q3K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[110..])
        {
            var d = Half(source[108..]);
            var (scales, more) = Sixteens(source[96..]);
            // The bit of a number says whether 4 is not taken away; one byte holds those of eight numbers, 32 apart: the lowest are those of the numbers that come next.
            var (bits, alsoBits) = (Vector128.Create(source[..16]), Vector128.Create(source.Slice(16, 16)));
            for (var half = 0; half < 2; half++)
            {
                var (first, second) = (Vector128.Create(source.Slice(32 + (32 * half), 16)), Vector128.Create(source.Slice(48 + (32 * half), 16)));
                for (var quarter = 0; quarter < 4; quarter++, at += 32)
                {
                    T.Scale(Three(first, bits), d * ((int)(scales & 63) - 32), ref to, at);
                    T.Scale(Three(second, alsoBits), d * ((int)((scales >> 8) & 63) - 32), ref to, at + 16);
                    (first, second, scales) = (Shift(first, 2), Shift(second, 2), scales >> 16);
                    (bits, alsoBits) = (Shift(bits, 1), Shift(alsoBits, 1));
                }

                scales = more;
            }
        }
    }

    public static void Q4K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[144..])
        {
            var (d, least) = (Half(source), Half(source[2..]));
            var (scales, minima) = Pairs(source[4..]);
            for (var quants = source.Slice(16, 128); quants.Length > 0; quants = quants[32..], at += 64)
            {
                var (first, second) = (Vector128.Create(quants[..16]), Vector128.Create(quants[16..]));
                var (step, less) = (d * (byte)scales, least * (byte)minima);
                T.Scale(SmallBlocks.Low(first).AsSByte(), step, less, ref to, at);
                T.Scale(SmallBlocks.Low(second).AsSByte(), step, less, ref to, at + 16);
                (step, less) = (d * (byte)(scales >> 8), least * (byte)(minima >> 8));
                T.Scale(SmallBlocks.High(first).AsSByte(), step, less, ref to, at + 32);
                T.Scale(SmallBlocks.High(second).AsSByte(), step, less, ref to, at + 48);
                (scales, minima) = (scales >> 16, minima >> 16);
            }
        }
    }

    public static void Q5K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[176..])
        {
            var (d, least) = (Half(source), Half(source[2..]));
            var (scales, minima) = Pairs(source[4..]);
            // The lowest bits are those of the group that comes next.
            var (fifth, alsoFifth) = (Vector128.Create(source.Slice(16, 16)), Vector128.Create(source.Slice(32, 16)));
            for (var quants = source.Slice(48, 128); quants.Length > 0; quants = quants[32..], at += 64)
            {
                var (first, second) = (Vector128.Create(quants[..16]), Vector128.Create(quants[16..]));
                var (step, less) = (d * (byte)scales, least * (byte)minima);
                T.Scale((SmallBlocks.Low(first) | Sixteen(fifth)).AsSByte(), step, less, ref to, at);
                T.Scale((SmallBlocks.Low(second) | Sixteen(alsoFifth)).AsSByte(), step, less, ref to, at + 16);
                (step, less) = (d * (byte)(scales >> 8), least * (byte)(minima >> 8));
                T.Scale((SmallBlocks.High(first) | Sixteen(Shift(fifth, 1))).AsSByte(), step, less, ref to, at + 32);
                T.Scale((SmallBlocks.High(second) | Sixteen(Shift(alsoFifth, 1))).AsSByte(), step, less, ref to, at + 48);
                (scales, minima, fifth, alsoFifth) = (scales >> 16, minima >> 16, Shift(fifth, 2), Shift(alsoFifth, 2));
            }
        }
    }

    public static void Q6K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[210..])
        {
            var d = Half(source[208..]);
            for (var half = 0; half < 2; half++)
            {
                var low = source.Slice(64 * half, 64);
                var scales = source.Slice(192 + (8 * half), 8);
                for (var place = 0; place < 2; place++, at += 16)
                {
                    var (first, second) = (Vector128.Create(low.Slice(16 * place, 16)), Vector128.Create(low.Slice(32 + (16 * place), 16)));
                    var high = Vector128.Create(source.Slice(128 + (32 * half) + (16 * place), 16));
                    T.Scale(Six(SmallBlocks.Low(first), high << 4), d * (sbyte)scales[place], ref to, at);
                    T.Scale(Six(SmallBlocks.Low(second), high << 2), d * (sbyte)scales[2 + place], ref to, at + 32);
                    T.Scale(Six(SmallBlocks.High(first), high), d * (sbyte)scales[4 + place], ref to, at + 64);
                    T.Scale(Six(SmallBlocks.High(second), high >>> 2), d * (sbyte)scales[6 + place], ref to, at + 96);
                }

                at += 96;
            }
        }
    }

    public static void IQ4XS<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        var steps = Vector128.Create(UnevenSteps);
        ref var scales = ref MemoryMarshal.GetReference(stackalloc float[16]);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[136..], at += Numbers)
        {
            T.Scale(Unevens(source[2..]), Half(source), ref scales, 0);
            for (var group = 0; group < 8; group++)
            {
                var scale = Unsafe.Add(ref scales, group);
                var q = Vector128.Create(source.Slice(8 + (16 * group), 16));
                T.Scale(Vector128.ShuffleNative(steps, SmallBlocks.Low(q).AsSByte()), scale, ref to, at + ((nuint)group * 32));
                T.Scale(Vector128.ShuffleNative(steps, SmallBlocks.High(q).AsSByte()), scale, ref to, at + ((nuint)group * 32) + 16);
            }
        }
    }

    public static void TQ10<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[54..], at += Numbers)
        {
            var d = Half(source[52..]);
            var (first, second, third) = (Vector128.Create(source[..16]), Vector128.Create(source.Slice(16, 16)), Vector128.Create(source.Slice(32, 16)));
            for (nuint digit = 0; digit < 5; digit++)
            {
                T.Scale(Ternary(first), d, ref to, at + (digit * 32));
                T.Scale(Ternary(second), d, ref to, at + (digit * 32) + 16);
                T.Scale(Ternary(third), d, ref to, at + 160 + (digit * 16));
                (first, second, third) = (Thrice(first), Thrice(second), Thrice(third));
            }

            // The last sixteen numbers: four bytes with four digits each, the first digit of each, then the second, and so on.
            var four = MemoryMarshal.Read<uint>(source[48..]);
            var (once, last) = (Vector128.Create(four).AsByte(), Thrice(Vector128.Create(four).AsByte()));
            last = Vector128.Create(once.AsUInt32()[0], last.AsUInt32()[0], Thrice(last).AsUInt32()[0], Thrice(Thrice(last)).AsUInt32()[0]).AsByte();
            T.Scale(Ternary(last), d, ref to, at + 240);
        }
    }

    public static void TQ20<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[66..])
        {
            var d = Half(source[64..]);
            for (var half = 0; half < 2; half++)
            {
                var (first, second) = (Vector128.Create(source.Slice(32 * half, 16)), Vector128.Create(source.Slice(16 + (32 * half), 16)));
                for (var quarter = 0; quarter < 4; quarter++, at += 32)
                {
                    T.Scale((Two(first) - Vector128.Create((byte)1)).AsSByte(), d, ref to, at);
                    T.Scale((Two(second) - Vector128.Create((byte)1)).AsSByte(), d, ref to, at + 16);
                    (first, second) = (Shift(first, 2), Shift(second, 2));
                }
            }
        }
    }

    /// <summary>Sixteen numbers of two bits: 32 bytes hold 128 numbers, 32 in the lowest bits, the next 32 in the bits above, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Two(Vector128<byte> bytes) => bytes & Vector128.Create((byte)3);

    /// <summary>Sixteen numbers of two bits and a third that stands elsewhere, less 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Three(Vector128<byte> two, Vector128<byte> third) =>
        ((Two(two) | Shift(Sixteen(third), 2)) - Vector128.Create((byte)4)).AsSByte();

    /// <summary>The lowest bit of each of sixteen bytes, as 16 or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Sixteen(Vector128<byte> bytes) => (bytes & Vector128.Create((byte)1)) << 4;

    /// <summary>Sixteen numbers of six bits, less 32: four bits, and two that stand in bits 4 and 5 of other bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Six(Vector128<byte> four, Vector128<byte> two) => ((four | (two & Vector128.Create((byte)0x30))) - Vector128.Create((byte)32)).AsSByte();

    /// <summary>Shifts bytes; what comes in from the neighbour is masked by the caller, who keeps low bits only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Shift(Vector128<byte> bytes, int bits) => (bytes.AsUInt16() >>> bits).AsByte();

    /// <summary>The leading ternary digit of each of sixteen bytes, less one: b stands for b / 256, so it is 1 from 86 on and 2 from 171 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Ternary(Vector128<byte> bytes)
    {
        var (one, two) = (Vector128.GreaterThanOrEqual(bytes, Vector128.Create((byte)86)), Vector128.GreaterThanOrEqual(bytes, Vector128.Create((byte)171)));
        return (Vector128<byte>.AllBitsSet - one - two).AsSByte();
    }

    /// <summary>Moves the next ternary digit to the front: three times b, modulo 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Thrice(Vector128<byte> bytes) => bytes + bytes + bytes;
}
