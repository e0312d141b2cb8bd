using Stemma.Checkpoints.Tensors;

namespace Stemma.Checkpoints.Safetensors;

/// <summary>The names that safetensors gives to <see cref="TensorType"/>.</summary>
internal static class SafetensorsTypes
{
    private static readonly TensorType[] Types = Array.FindAll(Enum.GetValues<TensorType>(), type => Find(type) is not null);

    /// <summary>All names, for a refusal.</summary>
    public static string AllNames { get; } = string.Join(", ", Array.ConvertAll(Types, NameOf));

    /// <summary>The type of a name.</summary>
    public static bool TryParse(string name, out TensorType type)
    {
        foreach (var candidate in Types)
        {
            if (Find(candidate) != name) continue;
            type = candidate;
            return true;
        }

        type = default;
        return false;
    }

    /// <summary>The name of a type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Safetensors has no name for it.</exception>
    public static string NameOf(TensorType type) => Find(type) ?? throw new ArgumentOutOfRangeException(nameof(type));

    private static string? Find(TensorType type) => type switch
    {
        TensorType.Bool => "BOOL",
        TensorType.F4 => "F4",
        TensorType.F6E2M3 => "F6_E2M3",
        TensorType.F6E3M2 => "F6_E3M2",
        TensorType.U8 => "U8",
        TensorType.I8 => "I8",
        TensorType.F8E5M2 => "F8_E5M2",
        TensorType.F8E4M3 => "F8_E4M3",
        TensorType.F8E8M0 => "F8_E8M0",
        TensorType.F8E4M3Fnuz => "F8_E4M3FNUZ",
        TensorType.F8E5M2Fnuz => "F8_E5M2FNUZ",
        TensorType.I16 => "I16",
        TensorType.U16 => "U16",
        TensorType.F16 => "F16",
        TensorType.BF16 => "BF16",
        TensorType.I32 => "I32",
        TensorType.U32 => "U32",
        TensorType.F32 => "F32",
        TensorType.C64 => "C64",
        TensorType.F64 => "F64",
        TensorType.I64 => "I64",
        TensorType.U64 => "U64",
        _ => null,
    };
}
