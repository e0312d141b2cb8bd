using System.Globalization;

namespace Stemma.Checkpoints.Gguf;

/// <summary>Types of keys' values (gguf.h, enum gguf_type).</summary>
internal enum GgufValueType
{
    U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64,
}

/// <summary>One key's value. Long texts and arrays stay in the file.</summary>
/// <param name="Type">Of the value, or of an array's elements.</param>
/// <param name="Text">As it is shown.</param>
/// <param name="Whole">A whole number; null for anything else.</param>
internal sealed record GgufValue(GgufValueType Type, string Text, long? Whole = null)
{
    /// <summary>Elements of an array; null for a single value.</summary>
    public long? Count { get; init; }

    /// <summary>A text that was too long to be kept: in its place stands what it is.</summary>
    public bool Left { get; init; }

    /// <summary>Where an array's elements stand in the file.</summary>
    public long At { get; init; }

    /// <summary>The elements of a short array of whole numbers; else empty.</summary>
    public IReadOnlyList<long> Numbers { get; init; } = [];
}

/// <summary>Everything that a file says about its model.</summary>
internal sealed record GgufKeys(IReadOnlyDictionary<string, GgufValue> Values)
{
    /// <summary>Bytes at whose multiples tensors begin.</summary>
    public const long UsualAlignment = 32;

    /// <summary>The architecture's name, for example <c>llama</c>; empty when it is not said.</summary>
    public string Architecture => Find("general.architecture") is { Type: GgufValueType.Text, Count: null } value ? value.Text : "";

    /// <summary>The value of a key; null when there is none.</summary>
    public GgufValue? Find(string key) => Values.GetValueOrDefault(key);

    /// <summary>A whole number; of a list that gives one for each layer, that of a layer. Zero when it is not said.</summary>
    public long Number(string key, int layer = 0)
    {
        if (Find(key) is not { } value) return 0;
        if (value.Count is null) return Math.Max(0, value.Whole ?? 0);
        return layer < value.Numbers.Count ? Math.Max(0, value.Numbers[layer]) : 0;
    }

    /// <summary>The keys as texts, for people.</summary>
    public IReadOnlyDictionary<string, string> Shown() => Values.ToDictionary(pair => pair.Key, pair => pair.Value.Text, StringComparer.Ordinal);

    /// <summary>A number as it is shown.</summary>
    public static string Show(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
