using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>One object of a configuration, asked for values of a kind. A value of another kind is refused, a missing one or null is null.</summary>
internal sealed class ConfigValues(JsonElement root, string file)
{
    private const int LargestSize = 100_000_000;

    public string File => file;

    /// <summary>The first of some names that is there.</summary>
    public int? Size(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is not { } value) continue;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size is >= 0 and <= LargestSize ? size : throw Wrong(name, value, $"0 to {LargestSize}");
        }

        return null;
    }

    /// <summary>As <see cref="Size"/>, and it must be there and above zero.</summary>
    public int NeedSize(params ReadOnlySpan<string> names) => Size(names) is { } size and > 0 ? size
        : throw new StemmaException(FaultCode.ConfigInvalid, file, null, $"no {names[0]}", "a whole number above 0", "Put the model's config.json beside the weights");

    public double? Real(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is not { } value) continue;
            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Wrong(name, value, "a number");
        }

        return null;
    }

    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.ValueKind == JsonValueKind.True : throw Wrong(name, value, "true or false");

    public string? Text(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is not { } value) continue;
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "text");
        }

        return null;
    }

    public ConfigValues? Object(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(value, file) : throw Wrong(name, value, "an object");

    public IReadOnlyList<string>? Texts(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) ? [.. value.EnumerateArray().Select(one => one.GetString()!)]
        : throw Wrong(name, value, "a list of texts");

    /// <summary>True when a name is there and says null.</summary>
    public bool IsNull(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Refuses a setting that changes what is computed, unless it has the value that changes nothing.</summary>
    public void Refuse(string name, string why, Func<JsonElement, bool> harmless)
    {
        if (Find(name) is { } value && !harmless(value)) throw Unsupported($"{name} is {SafeText.Escape(value.GetRawText())}: {why}", "");
    }

    /// <summary>A model that this runtime does not compute.</summary>
    public StemmaException Unsupported(string found, string allowed) =>
        new(FaultCode.RunUnsupported, file, null, found, allowed, "Run it with the program that it was made for");

    private JsonElement? Find(string name) => root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private StemmaException Wrong(string name, JsonElement value, string allowed) => new(FaultCode.ConfigInvalid, file, null, $"{name} is {SafeText.Escape(value.GetRawText())}", allowed);
}
