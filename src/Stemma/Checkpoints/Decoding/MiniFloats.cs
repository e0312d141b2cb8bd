using Stemma.Checkpoints.Tensors;

namespace Stemma.Checkpoints.Decoding;

/// <summary>
/// Tables of the number formats of at most 8 bits (OCP 8-bit and MX specifications; the FNUZ forms of AMD and Graphcore). Every value is exact as a float.
/// </summary>
internal static class MiniFloats
{
    /// <summary>How a format spends its top codes.</summary>
    private enum Specials
    {
        /// <summary>Only all ones is NaN; no infinity.</summary>
        AllOnesNaN,

        /// <summary>Only minus zero is NaN; no infinity.</summary>
        MinusZeroNaN,

        /// <summary>Every code is a number.</summary>
        None,
    }

    /// <summary>Values of the 256 codes of an 8-bit type.</summary>
    public static float[] TableOf(TensorType type) => type switch
    {
        TensorType.F8E4M3 => E4M3,
        TensorType.F8E5M2 => E5M2,
        TensorType.F8E4M3Fnuz => E4M3Fnuz,
        TensorType.F8E5M2Fnuz => E5M2Fnuz,
        TensorType.F8E8M0 => E8M0,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Values of the 16 codes of F4 (E2M1): 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives.</summary>
    public static float[] E2M1 { get; } = Table(exponentBits: 2, mantissaBits: 1, bias: 1, Specials.None);

    /// <summary>Values of the 64 codes of F6_E2M3.</summary>
    public static float[] E2M3 { get; } = Table(exponentBits: 2, mantissaBits: 3, bias: 1, Specials.None);

    /// <summary>Values of the 64 codes of F6_E3M2.</summary>
    public static float[] E3M2 { get; } = Table(exponentBits: 3, mantissaBits: 2, bias: 3, Specials.None);

    private static float[] E4M3 { get; } = Table(exponentBits: 4, mantissaBits: 3, bias: 7, Specials.AllOnesNaN);

    /// <summary>The upper bytes of all numbers of F16.</summary>
    private static float[] E5M2 { get; } = [.. Enumerable.Range(0, 256).Select(code => BitConverter.UInt32BitsToSingle(HalfKernel.Widen((uint)code << 8)))];

    private static float[] E4M3Fnuz { get; } = Table(exponentBits: 4, mantissaBits: 3, bias: 8, Specials.MinusZeroNaN);

    private static float[] E5M2Fnuz { get; } = Table(exponentBits: 5, mantissaBits: 2, bias: 16, Specials.MinusZeroNaN);

    private static float[] E8M0 { get; } = [.. Enumerable.Range(0, 255).Select(code => MathF.ScaleB(1, code - 127)), float.NaN];

    private static float[] Table(int exponentBits, int mantissaBits, int bias, Specials specials)
    {
        var half = 1 << (exponentBits + mantissaBits);
        var table = new float[2 * half];
        for (var code = 0; code < half; code++)
        {
            var value = Value(code >> mantissaBits, code & ((1 << mantissaBits) - 1), mantissaBits, bias);
            if (specials == Specials.AllOnesNaN && code == half - 1) value = BitConverter.UInt32BitsToSingle(0x7FC0_0000); // NaN with the sign of its code, which the runtime's own is not.
            table[code] = value;
            table[half + code] = -value;
        }

        if (specials == Specials.MinusZeroNaN) table[half] = float.NaN;
        return table;
    }

    private static float Value(int exponent, int mantissa, int mantissaBits, int bias) => exponent == 0
        ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
        : MathF.ScaleB((1 << mantissaBits) + mantissa, exponent - bias - mantissaBits);
}
