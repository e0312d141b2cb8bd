using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>An object of a tokenizer file, read with typed faults.</summary>
/// <param name="Source">How faults call the file.</param>
/// <param name="Path">Where the object stands, for faults.</param>
/// <param name="Element">The object.</param>
internal readonly record struct JsonPart(string Source, string Path, JsonElement Element)
{
    /// <summary>The kind of stage.</summary>
    public string Type => Text("type") ?? throw Wrong("type", "a text");

    /// <summary>A property that may be absent or null.</summary>
    public JsonElement? Find(string name) => Element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text");

    /// <summary>A truth value.</summary>
    public bool Flag(string name, bool otherwise) => Find(name) is not { } value ? otherwise : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A whole number; null where there is none.</summary>
    public int? Number(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "a whole number");

    /// <summary>An object inside.</summary>
    public JsonPart? Part(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Object ? new JsonPart(Source, $"{Path}.{name}", value) : throw Wrong(name, "an object");

    /// <summary>The objects of a list; none where there is no list.</summary>
    public IReadOnlyList<JsonPart> Parts(string name)
    {
        if (Find(name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) throw Wrong(name, "a list");
        var parts = new List<JsonPart>();
        foreach (var element in list.EnumerateArray())
        {
            var path = $"{Path}.{name}[{parts.Count}]";
            parts.Add(element.ValueKind == JsonValueKind.Object ? new(Source, path, element) : throw TokenTableBuilder.Invalid(Source, null, $"{path} is {element.ValueKind}", "an object"));
        }

        return parts;
    }

    /// <summary>The fault of a property of another kind.</summary>
    public StemmaException Wrong(string name, string allowed) => TokenTableBuilder.Invalid(Source, null, $"{Path}.{name} is {Find(name)?.ValueKind.ToString() ?? "missing"}", allowed);

    /// <summary>The fault of something that is known and not done.</summary>
    public StemmaException Unsupported(string what, string allowed) => new(FaultCode.TokenizerUnsupported, Source, null, $"{Path}: {what}", allowed);
}
