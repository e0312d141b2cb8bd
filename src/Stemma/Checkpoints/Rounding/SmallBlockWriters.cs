using System.Buffers.Binary;
using Stemma.Checkpoints.Decoding.Blocks;

namespace Stemma.Checkpoints.Rounding;

/// <summary>Writers of blocks of 32 numbers (ggml-quants.c).</summary>
internal static class SmallBlockWriters
{
    private const int Numbers = 32, Half = 16;

    /// <summary>The number of largest size becomes -8, exactly.</summary>
    public static void Q40(ReadOnlySpan<float> x, Span<byte> block)
    {
        var scale = Largest(x) / -8;
        var inverse = scale != 0 ? 1 / scale : 0;
        WriteHalf(block, scale);
        for (var j = 0; j < Half; j++) block[2 + j] = (byte)(Step(x[j]) | (Step(x[j + Half]) << 4));

        int Step(float value) => Math.Min(15, (int)((value * inverse) + 8.5f));
    }

    public static void Q41(ReadOnlySpan<float> x, Span<byte> block)
    {
        var (least, most) = Range(x);
        var scale = (most - least) / 15;
        var inverse = scale != 0 ? 1 / scale : 0;
        WriteHalf(block, scale);
        WriteHalf(block[2..], least);
        for (var j = 0; j < Half; j++) block[4 + j] = (byte)(Step(x[j]) | (Step(x[j + Half]) << 4));

        int Step(float value) => Math.Min(15, (int)(((value - least) * inverse) + 0.5f));
    }

    /// <summary>The number of largest size becomes -16, exactly.</summary>
    public static void Q50(ReadOnlySpan<float> x, Span<byte> block)
    {
        var scale = Largest(x) / -16;
        var inverse = scale != 0 ? 1 / scale : 0;
        WriteHalf(block, scale);
        WriteFive(x, block[2..], value => Math.Min(31, (int)((value * inverse) + 16.5f)));
    }

    public static void Q51(ReadOnlySpan<float> x, Span<byte> block)
    {
        var (least, most) = Range(x);
        var scale = (most - least) / 31;
        var inverse = scale != 0 ? 1 / scale : 0;
        WriteHalf(block, scale);
        WriteHalf(block[2..], least);
        WriteFive(x, block[4..], value => Math.Min(31, (int)(((value - least) * inverse) + 0.5f)));
    }

    public static void Q80(ReadOnlySpan<float> x, Span<byte> block)
    {
        var scale = Math.Abs(Largest(x)) / 127;
        var inverse = scale != 0 ? 1 / scale : 0;
        WriteHalf(block, scale);
        for (var j = 0; j < Numbers; j++) block[2 + j] = (byte)(sbyte)MathF.Round(x[j] * inverse, MidpointRounding.AwayFromZero);
    }

    /// <summary>The number of largest size becomes -127; then the scale of least squares for the steps that were chosen.</summary>
    public static void IQ4NL(ReadOnlySpan<float> x, Span<byte> block)
    {
        var steps = BlockParts.UnevenSteps;
        var largest = Largest(x);
        var inverse = largest != 0 ? steps[0] / largest : 0;
        var (sumQx, sumQq) = (0f, 0f);
        Span<byte> chosen = stackalloc byte[Numbers];
        for (var j = 0; j < Numbers; j++)
        {
            chosen[j] = (byte)Nearest(steps, x[j] * inverse);
            var (q, weight) = ((float)steps[chosen[j]], x[j] * x[j]);
            sumQx += weight * q * x[j];
            sumQq += weight * q * q;
        }

        WriteHalf(block, sumQq > 0 ? sumQx / sumQq : 0);
        for (var j = 0; j < Half; j++) block[2 + j] = (byte)(chosen[j] | (chosen[j + Half] << 4));
    }

    /// <summary>The scale is a power of two that brings the largest number into the range of E2M1, up to its rounding.</summary>
    public static void MXFP4(ReadOnlySpan<float> x, Span<byte> block)
    {
        var largest = Math.Abs(Largest(x));
        var exponent = largest > 0 ? Math.Clamp((int)MathF.Floor(MathF.Log2(largest)) - 2 + 127, 0, 254) : 0;
        var half = BlockParts.HalfE8M0((byte)exponent);
        block[0] = (byte)exponent;
        for (var j = 0; j < Half; j++) block[1 + j] = (byte)(Nearest(BlockParts.DoubledE2M1, x[j] / half) | (Nearest(BlockParts.DoubledE2M1, x[j + Half] / half) << 4));
    }

    /// <summary>A float of 16 bits.</summary>
    internal static void WriteHalf(Span<byte> to, float value) => BinaryPrimitives.WriteHalfLittleEndian(to, (System.Half)value);

    /// <summary>The number of largest size, with its sign.</summary>
    private static float Largest(ReadOnlySpan<float> x)
    {
        var largest = 0f;
        foreach (var value in x)
            if (Math.Abs(value) > Math.Abs(largest)) largest = value;
        return largest;
    }

    private static (float Least, float Most) Range(ReadOnlySpan<float> x)
    {
        var (least, most) = (x[0], x[0]);
        foreach (var value in x) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        return (least, most);
    }

    private static void WriteFive(ReadOnlySpan<float> x, Span<byte> to, Func<float, int> step)
    {
        var high = 0u;
        for (var j = 0; j < Half; j++)
        {
            var (first, second) = (step(x[j]), step(x[j + Half]));
            to[4 + j] = (byte)((first & 15) | ((second & 15) << 4));
            high |= ((uint)(first >> 4) << j) | ((uint)(second >> 4) << (j + Half));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(to, high);
    }

    private static int Nearest(ReadOnlySpan<sbyte> steps, float value)
    {
        var best = 0;
        for (var i = 1; i < steps.Length; i++)
            if (Math.Abs(steps[i] - value) < Math.Abs(steps[best] - value)) best = i;
        return best;
    }
}
