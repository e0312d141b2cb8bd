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
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[84..], at += Numbers)
        {
            var (d, least) = (Half(source[80..]), Half(source[82..]));
            for (var group = 0; group < 16; group++)
            {
                var packed = source[group];
                T.Scale(Two(source[16..], group).AsSByte(), d * (packed & 15), least * (packed >> 4), ref to, at + ((nuint)group * 16));
            }
        }
    }

    public static void Q3K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[110..], at += Numbers)
        {
            var d = Half(source[108..]);
            for (var group = 0; group < 16; group++)
            {
                // The bit of a number says whether 4 is not taken away; one byte holds those of eight numbers, 32 apart.
                var bit = Vector128.Create((byte)(1 << (group / 2)));
                var less = Vector128.AndNot(Vector128.Create((byte)4), Vector128.Equals(Vector128.Create(source.Slice(16 * (group % 2), 16)) & bit, bit));
                T.Scale((Two(source[32..], group) - less).AsSByte(), d * Signed(source[96..], group), ref to, at + ((nuint)group * 16));
            }
        }
    }

    public static void Q4K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[144..], at += Numbers)
        {
            var (d, least) = (Half(source), Half(source[2..]));
            for (var group = 0; group < 8; group++)
            {
                var (scale, minimum) = Pair(source[4..], group);
                var (step, less) = (d * scale, least * minimum);
                var quants = source.Slice(16 + (32 * (group / 2)), 32);
                T.Scale(Four(quants[..16], group).AsSByte(), step, less, ref to, at + ((nuint)group * 32));
                T.Scale(Four(quants[16..], group).AsSByte(), step, less, ref to, at + ((nuint)group * 32) + 16);
            }
        }
    }

    public static void Q5K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[176..], at += Numbers)
        {
            var (d, least) = (Half(source), Half(source[2..]));
            for (var group = 0; group < 8; group++)
            {
                var (scale, minimum) = Pair(source[4..], group);
                var (step, less) = (d * scale, least * minimum);
                var quants = source.Slice(48 + (32 * (group / 2)), 32);
                T.Scale((Four(quants[..16], group) | Bit(source.Slice(16, 16), group)).AsSByte(), step, less, ref to, at + ((nuint)group * 32));
                T.Scale((Four(quants[16..], group) | Bit(source.Slice(32, 16), group)).AsSByte(), step, less, ref to, at + ((nuint)group * 32) + 16);
            }
        }
    }

    public static void Q6K<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[210..], at += Numbers)
        {
            var d = Half(source[208..]);
            for (var group = 0; group < 16; group++)
            {
                var (half, quarter, place) = (group / 8, group % 8 / 2, group % 2 * 16);
                var low = Four(source.Slice((64 * half) + (32 * (quarter % 2)) + place, 16), quarter / 2);
                var high = Shift(Vector128.Create(source.Slice(128 + (32 * half) + place, 16)), 2 * quarter) & Vector128.Create((byte)3);
                var q = ((low | (high << 4)) - Vector128.Create((byte)32)).AsSByte();
                T.Scale(q, d * (sbyte)source[192 + group], ref to, at + ((nuint)group * 16));
            }
        }
    }

    public static void IQ4XS<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        var steps = Vector128.Create(UnevenSteps);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[136..], at += Numbers)
        {
            var d = Half(source);
            for (var group = 0; group < 8; group++)
            {
                var scale = d * Uneven(source[2..], source[4..], group);
                var q = Vector128.Create(source.Slice(8 + (16 * group), 16));
                T.Scale(Vector128.Shuffle(steps, SmallBlocks.Low(q).AsSByte()), scale, ref to, at + ((nuint)group * 32));
                T.Scale(Vector128.Shuffle(steps, SmallBlocks.High(q).AsSByte()), scale, ref to, at + ((nuint)group * 32) + 16);
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
            for (var digit = 0; digit < 5; digit++)
            {
                var place = at + ((nuint)digit * 32);
                T.Scale(Digit(Vector128.Create(source[..16]), digit), d, ref to, place);
                T.Scale(Digit(Vector128.Create(source.Slice(16, 16)), digit), d, ref to, place + 16);
                T.Scale(Digit(Vector128.Create(source.Slice(32, 16)), digit), d, ref to, at + 160 + ((nuint)digit * 16));
            }

            // The last sixteen numbers: four bytes with four digits each.
            var four = MemoryMarshal.Read<uint>(source[48..]);
            T.Scale(Last(Vector128.Create(four).AsByte()), d, ref to, at + 240);
        }
    }

    public static void TQ20<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : struct, ISpread
    {
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (nuint at = 0; source.Length > 0; source = source[66..], at += Numbers)
        {
            var d = Half(source[64..]);
            for (var group = 0; group < 16; group++) T.Scale((Two(source, group) - Vector128.Create((byte)1)).AsSByte(), d, ref to, at + ((nuint)group * 16));
        }
    }

    /// <summary>Sixteen numbers of two bits: 32 bytes hold 128 numbers, 32 in the lowest bits, the next 32 in the bits above, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Two(ReadOnlySpan<byte> bytes, int group) =>
        Shift(Vector128.Create(bytes.Slice((32 * (group / 8)) + (16 * (group % 2)), 16)), 2 * (group % 8 / 2)) & Vector128.Create((byte)3);

    /// <summary>Sixteen numbers of four bits: even groups lie in the low halves, odd ones in the high halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Four(ReadOnlySpan<byte> bytes, int group) => Shift(Vector128.Create(bytes), 4 * (group % 2)) & Vector128.Create((byte)15);

    /// <summary>One bit of each of sixteen bytes, as 16 or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bit(ReadOnlySpan<byte> bytes, int bit) => (Shift(Vector128.Create(bytes), bit) & Vector128.Create((byte)1)) << 4;

    /// <summary>Shifts bytes; what comes in from the neighbour is masked by the caller, who keeps low bits only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Shift(Vector128<byte> bytes, int bits) => (bytes.AsUInt16() >>> bits).AsByte();

    /// <summary>One ternary digit of each of sixteen bytes, less one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Digit(Vector128<byte> bytes, int digit) => Digit(bytes, Vector128.Create((ushort)PowersOfThree[digit]), Vector128.Create((ushort)PowersOfThree[digit]));

    /// <summary>Four times the same four bytes: the first digit of each, then the second, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Last(Vector128<byte> bytes) => Digit(bytes, Vector128.Create(1, 1, 1, 1, 3, 3, 3, (ushort)3), Vector128.Create(9, 9, 9, 9, 27, 27, 27, (ushort)27));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Digit(Vector128<byte> bytes, Vector128<ushort> firstPowers, Vector128<ushort> secondPowers)
    {
        var (first, second) = Vector128.Widen(bytes);
        var (low, three) = (Vector128.Create((ushort)255), Vector128.Create((ushort)3));
        first = ((first * firstPowers & low) * three) >>> 8;
        second = ((second * secondPowers & low) * three) >>> 8;
        return (Vector128.Narrow(first, second) - Vector128.Create((byte)1)).AsSByte();
    }
}
