namespace Stemma.Checkpoints.Tensors;

/// <summary>The smallest piece of a tensor that can be read by itself: how many numbers it holds in how many bytes. A row is a whole number of them.</summary>
public readonly record struct BlockShape(int Numbers, int Bytes);

/// <summary>Facts about <see cref="TensorType"/> that do not depend on a file format.</summary>
public static class TensorTypes
{
    /// <summary>Numbers and bytes of a block; types that store their numbers one by one have the smallest block of whole bytes.</summary>
    public static BlockShape BlockOf(this TensorType type) => type switch
    {
        TensorType.F4 => new(2, 1),
        TensorType.F6E2M3 or TensorType.F6E3M2 => new(4, 3),
        TensorType.Q40 or TensorType.IQ4NL => new(32, 18),
        TensorType.Q41 => new(32, 20),
        TensorType.Q50 => new(32, 22),
        TensorType.Q51 => new(32, 24),
        TensorType.Q80 => new(32, 34),
        TensorType.Q2K => new(256, 84),
        TensorType.Q3K => new(256, 110),
        TensorType.Q4K => new(256, 144),
        TensorType.Q5K => new(256, 176),
        TensorType.Q6K => new(256, 210),
        TensorType.IQ4XS => new(256, 136),
        TensorType.TQ10 => new(256, 54),
        TensorType.TQ20 => new(256, 66),
        TensorType.MXFP4 => new(32, 17),
        TensorType.NVFP4 => new(64, 36),
        _ => new(1, type.BitsOf() / 8),
    };

    /// <summary>True when numbers share a scale with their neighbours: single numbers have no bytes of their own.</summary>
    public static bool IsBlocked(this TensorType type) => type is >= TensorType.Q40 and <= TensorType.NVFP4;

    /// <summary>Bytes that some numbers take.</summary>
    /// <param name="type">How they are stored.</param>
    /// <param name="numbers">A whole number of blocks.</param>
    /// <exception cref="OverflowException">More than 2^63 bytes.</exception>
    public static long BytesOf(this TensorType type, long numbers) => checked(numbers / type.BlockOf().Numbers * type.BlockOf().Bytes);

    /// <summary>The type as its format calls it: <c>Q4_K</c>, <c>BF16</c>.</summary>
    public static string NameOf(this TensorType type) => type switch
    {
        TensorType.IQ4NL => "IQ4_NL",
        TensorType.IQ4XS => "IQ4_XS",
        TensorType.TQ10 => "TQ1_0",
        TensorType.TQ20 => "TQ2_0",
        >= TensorType.Q40 and <= TensorType.Q6K when type.ToString() is var word => $"{word[..2]}_{word[2..]}",
        _ => type.ToString(),
    };

    /// <summary>Bits that one number takes in a file; <see cref="TensorType.C64"/> is one number of 64 bits. Types in blocks have no such number.</summary>
    public static int BitsOf(this TensorType type) => type switch
    {
        TensorType.F4 => 4,
        TensorType.F6E2M3 or TensorType.F6E3M2 => 6,
        TensorType.Bool or TensorType.U8 or TensorType.I8 or TensorType.F8E5M2 or TensorType.F8E4M3 or TensorType.F8E8M0
            or TensorType.F8E4M3Fnuz or TensorType.F8E5M2Fnuz => 8,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 16,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 32,
        TensorType.C64 or TensorType.F64 or TensorType.I64 or TensorType.U64 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>True when the type holds floating-point numbers, complex ones included: what weights are made of.</summary>
    public static bool IsFloat(this TensorType type) => type is TensorType.F4 or TensorType.F6E2M3 or TensorType.F6E3M2
        or TensorType.F8E5M2 or TensorType.F8E4M3 or TensorType.F8E8M0 or TensorType.F8E4M3Fnuz or TensorType.F8E5M2Fnuz
        or TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.C64 or TensorType.F64 || type.IsBlocked();

    /// <summary>True when the type holds real floating-point numbers: one float each, so they can be summed.</summary>
    public static bool IsReal(this TensorType type) => type.IsFloat() && type != TensorType.C64;
}
