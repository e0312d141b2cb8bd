using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Kernels;

/// <summary>Looks 4-bit codes up in a table of 16 values and multiplies with a scale.</summary>
internal static class CodeKernel
{
    /// <summary>Decodes whole bytes, two numbers each.</summary>
    /// <param name="bytes">The codes.</param>
    /// <param name="highFirst">True when the upper half of a byte is the earlier number.</param>
    /// <param name="table">16 values.</param>
    /// <param name="scale">Of all of them.</param>
    /// <param name="numbers">Twice as many as bytes.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, bool highFirst, ReadOnlySpan<float> table, float scale, Span<float> numbers) =>
        Decode(bytes, highFirst, table, scale, numbers, SimdWidths.Widest);

    internal static void Decode(ReadOnlySpan<byte> bytes, bool highFirst, ReadOnlySpan<float> table, float scale, Span<float> numbers, SimdWidth width)
    {
        var done = width >= SimdWidth.V256 ? DecodeWide(bytes, highFirst, table, scale, numbers) : 0;
        for (; done < bytes.Length; done++)
        {
            var (low, high) = (table[bytes[done] & 15] * scale, table[bytes[done] >> 4] * scale);
            (numbers[2 * done], numbers[(2 * done) + 1]) = highFirst ? (high, low) : (low, high);
        }
    }

    /// <summary>Four bytes at a time: each is spread over two lanes, and the table is two registers of eight values.</summary>
    private static int DecodeWide(ReadOnlySpan<byte> bytes, bool highFirst, ReadOnlySpan<float> table, float scale, Span<float> numbers)
    {
        var (lower, upper) = (Vector256.Create(table[..8]), Vector256.Create(table.Slice(8, 8)));
        var scales = Vector256.Create(scale);
        var isHigh = highFirst ? Vector256.Create(-1, 0, -1, 0, -1, 0, -1, 0) : Vector256.Create(0, -1, 0, -1, 0, -1, 0, -1);
        var done = 0;
        for (; done + 4 <= bytes.Length; done += 4)
        {
            var four = MemoryMarshal.Read<uint>(bytes[done..]);
            var spread = Vector256.Create(
                (int)(four & 255), (int)(four & 255), (int)((four >> 8) & 255), (int)((four >> 8) & 255),
                (int)((four >> 16) & 255), (int)((four >> 16) & 255), (int)(four >> 24), (int)(four >> 24));
            var codes = Vector256.ConditionalSelect(isHigh, spread >> 4, spread & Vector256.Create(15));
            var place = codes & Vector256.Create(7);
            var values = Vector256.ConditionalSelect(
                Vector256.GreaterThan(codes, Vector256.Create(7)).AsSingle(), Vector256.Shuffle(upper, place), Vector256.Shuffle(lower, place));
            (values * scales).CopyTo(numbers[(2 * done)..]);
        }

        return done;
    }
}
