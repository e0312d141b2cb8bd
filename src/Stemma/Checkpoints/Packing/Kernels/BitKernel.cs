using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Kernels;

/// <summary>Takes small unsigned integers out of 32-bit words: a dense stream, lowest bits first, in which a number may straddle two words.</summary>
internal static class BitKernel
{
    /// <summary>Words that hold some numbers.</summary>
    public static long WordsOf(long numbers, int bits) => ((numbers * bits) + 31) / 32;

    /// <summary>One number of a stream.</summary>
    /// <param name="words">The stream.</param>
    /// <param name="index">Which number.</param>
    /// <param name="bits">1 to 8.</param>
    /// <param name="skip">Bits in front of the first number.</param>
    public static uint At(ReadOnlySpan<uint> words, long index, int bits, int skip = 0)
    {
        var bit = skip + (index * bits);
        var (word, shift) = ((int)(bit >> 5), (int)(bit & 31));
        ulong pair = words[word];
        if (shift + bits > 32) pair |= (ulong)words[word + 1] << 32;
        return (uint)(pair >> shift) & ((1u << bits) - 1);
    }

    /// <summary>The first numbers of a stream as floats.</summary>
    /// <param name="words">At least <see cref="WordsOf"/>.</param>
    /// <param name="bits">1 to 8.</param>
    /// <param name="numbers">As many as are wanted.</param>
    public static void Unpack(ReadOnlySpan<uint> words, int bits, Span<float> numbers) => Unpack(words, bits, numbers, SimdWidths.Widest);

    internal static void Unpack(ReadOnlySpan<uint> words, int bits, Span<float> numbers, SimdWidth width)
    {
        var done = width >= SimdWidth.V256 && Avx2.IsSupported && bits is 2 or 4 or 8 ? UnpackWhole(words, bits, numbers) : 0;
        for (; done < numbers.Length; done++) numbers[done] = At(words, done, bits);
    }

    /// <summary>A word is spread over eight lanes, each lane shifted by its own count.</summary>
    private static int UnpackWhole(ReadOnlySpan<uint> words, int bits, Span<float> numbers)
    {
        var (perWord, mask) = (32 / bits, Vector256.Create((1u << bits) - 1));
        var perStep = Math.Max(8, perWord);
        var shifts = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7) * (uint)bits;
        var second = Vector256.Create(0u, 0, 0, 0, 1, 1, 1, 1);
        var done = 0;
        for (; done + perStep <= numbers.Length; done += perStep)
        {
            var word = done / perWord;
            if (bits == 8)
            {
                // Four numbers of one word, four of the next.
                var pair = Vector256.ConditionalSelect(Vector256.Equals(second, Vector256<uint>.Zero), Vector256.Create(words[word]), Vector256.Create(words[word + 1]));
                Store(Avx2.ShiftRightLogicalVariable(pair, Vector256.Create(0u, 8, 16, 24, 0, 8, 16, 24)) & mask, numbers[done..]);
                continue;
            }

            var spread = Vector256.Create(words[word]);
            Store(Avx2.ShiftRightLogicalVariable(spread, shifts) & mask, numbers[done..]);
            if (bits == 2) Store(Avx2.ShiftRightLogicalVariable(spread, shifts + Vector256.Create(16u)) & mask, numbers[(done + 8)..]);
        }

        return done;
    }

    private static void Store(Vector256<uint> numbers, Span<float> destination) => Vector256.ConvertToSingle(numbers.AsInt32()).CopyTo(destination);
}
