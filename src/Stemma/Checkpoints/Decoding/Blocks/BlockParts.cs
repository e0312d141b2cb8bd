using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Checkpoints.Decoding.Blocks;

/// <summary>What several types of blocks have in common: how scales are packed, and the tables of unevenly spaced numbers.</summary>
internal static class BlockParts
{
    /// <summary>The sixteen steps of IQ4_NL and IQ4_XS (ggml, kvalues_iq4nl).</summary>
    public static ReadOnlySpan<sbyte> UnevenSteps => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Twice the sixteen numbers of E2M1 (ggml, kvalues_mxfp4).</summary>
    public static ReadOnlySpan<sbyte> DoubledE2M1 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>Powers of three, modulo 256, that move one of five ternary digits to the top of a byte.</summary>
    public static ReadOnlySpan<byte> PowersOfThree => [1, 3, 9, 27, 81];

    /// <summary>A float of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Half(ReadOnlySpan<byte> at) => (float)BitConverter.UInt16BitsToHalf(MemoryMarshal.Read<ushort>(at));

    /// <summary>The eight scales and the eight minima of six bits that Q4_K and Q5_K pack into twelve bytes, a byte each, the first lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Scales, ulong Minima) Pairs(ReadOnlySpan<byte> packed)
    {
        const uint Six = 0x3F3F3F3F, Four = 0x0F0F0F0F, Top = 0x30303030;
        var (first, second, rest) = (MemoryMarshal.Read<uint>(packed), MemoryMarshal.Read<uint>(packed[4..]), MemoryMarshal.Read<uint>(packed[8..]));
        return (
            (first & Six) | ((ulong)((rest & Four) | ((first >> 2) & Top)) << 32),
            (second & Six) | ((ulong)(((rest >> 4) & Four) | ((second >> 2) & Top)) << 32));
    }

    /// <summary>Scale and minimum j of the eight pairs of six bits that Q4_K and Q5_K pack into twelve bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Scale, int Minimum) Pair(ReadOnlySpan<byte> packed, int j) => j < 4
        ? (packed[j] & 63, packed[j + 4] & 63)
        : ((packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4), (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4));

    /// <summary>The sixteen scales of six bits that Q3_K packs into twelve bytes, a byte each, the first lowest, eight and eight; 32 is to be taken away from each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong First, ulong Second) Sixteens(ReadOnlySpan<byte> packed)
    {
        const uint Four = 0x0F0F0F0F, Top = 0x30303030;
        var (first, second, rest) = (MemoryMarshal.Read<uint>(packed), MemoryMarshal.Read<uint>(packed[4..]), MemoryMarshal.Read<uint>(packed[8..]));
        return (
            (first & Four) | ((rest << 4) & Top) | ((ulong)((second & Four) | ((rest << 2) & Top)) << 32),
            ((first >> 4) & Four) | (rest & Top) | ((ulong)(((second >> 4) & Four) | ((rest >> 2) & Top)) << 32));
    }

    /// <summary>Scale i of the sixteen of six bits that Q3_K packs into twelve bytes, less 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Signed(ReadOnlySpan<byte> packed, int i) =>
        ((i < 8 ? packed[i] & 15 : packed[i - 8] >> 4) | (((packed[8 + (i & 3)] >> (2 * (i >> 2))) & 3) << 4)) - 32;

    /// <summary>Scale i of the eight of six bits of IQ4_XS, less 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Uneven(ReadOnlySpan<byte> high, ReadOnlySpan<byte> low, int i) =>
        (((low[i >> 1] >> (4 * (i & 1))) & 15) | ((((high[0] | (high[1] << 8)) >> (2 * i)) & 3) << 4)) - 32;

    /// <summary>The eight scales of six bits of IQ4_XS, less 32, in the first eight places: two bytes with the upper bits, four with the lower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Unevens(ReadOnlySpan<byte> packed)
    {
        ulong high = MemoryMarshal.Read<ushort>(packed), low = MemoryMarshal.Read<uint>(packed[2..]);
        // Bits go apart by halves: 4 bits to each byte, 2 bits to each byte.
        low = (low | (low << 16)) & 0x0000FFFF0000FFFF;
        low = (low | (low << 8)) & 0x00FF00FF00FF00FF;
        low = (low | (low << 4)) & 0x0F0F0F0F0F0F0F0F;
        high = (high | (high << 24)) & 0x000000FF000000FF;
        high = (high | (high << 12)) & 0x000F000F000F000F;
        high = (high | (high << 6)) & 0x0303030303030303;
        return Vector128.CreateScalar(low | (high << 4)).AsSByte() - Vector128.Create((sbyte)32);
    }

    /// <summary>2^(e - 128): half of what E8M0 says, because the table is doubled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HalfE8M0(byte e) => BitConverter.UInt32BitsToSingle(e < 2 ? 0x00200000u << e : (uint)(e - 1) << 23);

    /// <summary><see cref="HalfE4M3"/> of every code.</summary>
    public static readonly float[] HalvesE4M3 = [.. Enumerable.Range(0, 256).Select(code => HalfE4M3((byte)code))];

    /// <summary>Half of an unsigned E4M3, because the table is doubled; zero for 0 and for what would be no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HalfE4M3(byte code)
    {
        var (exponent, mantissa) = ((code >> 3) & 15, code & 7);
        if (code is 0 or 0x7F) return 0;
        return exponent == 0 ? mantissa * (1f / 1024) : BitConverter.UInt32BitsToSingle(((uint)(exponent + 119) << 23) | ((uint)mantissa << 20));
    }
}
