namespace Stemma.Checkpoints;

/// <summary>Facts about <see cref="TensorType"/> that do not depend on a file format.</summary>
public static class TensorTypes
{
    /// <summary>Bits that one number takes in a file; <see cref="TensorType.C64"/> is one number of 64 bits.</summary>
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
        or TensorType.F16 or TensorType.BF16 or TensorType.F32 or TensorType.C64 or TensorType.F64;
}
