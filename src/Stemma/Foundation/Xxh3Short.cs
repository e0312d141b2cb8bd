using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using static Stemma.Foundation.Xxh3Constants;

namespace Stemma.Foundation;

/// <summary>XXH3-128 of at most 240 bytes, seed 0, and the mixing steps that long inputs share.</summary>
internal static class Xxh3Short
{
    /// <summary>The digest; one routine for each range of lengths, as the reference has it.</summary>
    public static Digest128 Hash(ReadOnlySpan<byte> input) => input.Length switch
    {
        0 => Empty(),
        <= 3 => To3(input),
        <= 8 => To8(input),
        <= 16 => To16(input),
        <= 128 => To128(input),
        _ => To240(input),
    };

    /// <summary>Folds a 128-bit product into 64 bits.</summary>
    public static ulong MultiplyFold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return low ^ high;
    }

    /// <summary>XXH3's final mix.</summary>
    public static ulong Avalanche(ulong hash)
    {
        hash = unchecked((hash ^ (hash >> 37)) * MixA);
        return hash ^ (hash >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static uint Read32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong AvalancheOld(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * Prime64B;
            hash = (hash ^ (hash >> 29)) * Prime64C;
            return hash ^ (hash >> 32);
        }
    }

    private static Digest128 Empty() =>
        new(AvalancheOld(Read64(Secret, 80) ^ Read64(Secret, 88)), AvalancheOld(Read64(Secret, 64) ^ Read64(Secret, 72)));

    private static Digest128 To3(ReadOnlySpan<byte> input)
    {
        var low = ((uint)input[0] << 16) | ((uint)input[input.Length >> 1] << 24) | input[^1] | ((uint)input.Length << 8);
        var high = BitOperations.RotateLeft(BinaryPrimitives.ReverseEndianness(low), 13);
        return new Digest128(
            AvalancheOld(high ^ (ulong)(Read32(Secret, 8) ^ Read32(Secret, 12))), AvalancheOld(low ^ (ulong)(Read32(Secret, 0) ^ Read32(Secret, 4))));
    }

    private static Digest128 To8(ReadOnlySpan<byte> input)
    {
        unchecked
        {
            var value = Read32(input, 0) | ((ulong)Read32(input, input.Length - 4) << 32);
            var keyed = value ^ Read64(Secret, 16) ^ Read64(Secret, 24);
            var high = Math.BigMul(keyed, Prime64A + ((ulong)input.Length << 2), out var low);
            high += low << 1;
            low ^= high >> 3;
            low = (low ^ (low >> 35)) * MixB;
            return new Digest128(Avalanche(high), low ^ (low >> 28));
        }
    }

    private static Digest128 To16(ReadOnlySpan<byte> input)
    {
        unchecked
        {
            var inputLow = Read64(input, 0);
            var inputHigh = Read64(input, input.Length - 8);
            var high = Math.BigMul(inputLow ^ inputHigh ^ Read64(Secret, 32) ^ Read64(Secret, 40), Prime64A, out var low);
            low += (ulong)(input.Length - 1) << 54;
            inputHigh ^= Read64(Secret, 48) ^ Read64(Secret, 56);
            high += inputHigh + (ulong)(uint)inputHigh * (Prime32B - 1);
            low ^= BinaryPrimitives.ReverseEndianness(high);
            var mixedHigh = Math.BigMul(low, Prime64B, out var mixedLow) + high * Prime64B;
            return new Digest128(Avalanche(mixedHigh), Avalanche(mixedLow));
        }
    }

    private static Digest128 To128(ReadOnlySpan<byte> input)
    {
        var length = input.Length;
        var low = unchecked((ulong)length * Prime64A);
        var high = 0UL;
        for (var pair = (length - 1) / 32; pair >= 0; pair--)
            Mix32(ref low, ref high, input.Slice(pair * 16, 16), input.Slice(length - 16 - pair * 16, 16), pair * 32);
        return FinishMixed(low, high, length);
    }

    private static Digest128 To240(ReadOnlySpan<byte> input)
    {
        const int secondSecret = 3;
        const int lastSecret = 136 - 17 - 16;
        var length = input.Length;
        var low = unchecked((ulong)length * Prime64A);
        var high = 0UL;
        for (var at = 0; at < 128; at += 32) Mix32(ref low, ref high, input.Slice(at, 16), input.Slice(at + 16, 16), at);
        low = Avalanche(low);
        high = Avalanche(high);
        for (var at = 128; at + 32 <= length; at += 32) Mix32(ref low, ref high, input.Slice(at, 16), input.Slice(at + 16, 16), secondSecret + at - 128);
        Mix32(ref low, ref high, input.Slice(length - 16, 16), input.Slice(length - 32, 16), lastSecret);
        return FinishMixed(low, high, length);
    }

    private static void Mix32(ref ulong low, ref ulong high, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int secret)
    {
        unchecked
        {
            low += Mix16(first, secret);
            low ^= Read64(second, 0) + Read64(second, 8);
            high += Mix16(second, secret + 16);
            high ^= Read64(first, 0) + Read64(first, 8);
        }
    }

    private static ulong Mix16(ReadOnlySpan<byte> input, int secret) =>
        MultiplyFold(Read64(input, 0) ^ Read64(Secret, secret), Read64(input, 8) ^ Read64(Secret, secret + 8));

    private static Digest128 FinishMixed(ulong low, ulong high, int length)
    {
        unchecked
        {
            var mixed = low * Prime64A + high * Prime64D + (ulong)length * Prime64B;
            return new Digest128(0UL - Avalanche(mixed), Avalanche(low + high));
        }
    }
}
