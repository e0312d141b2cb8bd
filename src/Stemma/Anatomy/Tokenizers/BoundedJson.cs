using System.Text.Json;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>Forward reading of JSON from strangers: depth is capped, every failure is one typed fault with its offset.</summary>
internal static class BoundedJson
{
    private const int MostDepth = 64;

    /// <summary>Reads one value; called with the reader on its first token.</summary>
    public delegate void Reading(ref Utf8JsonReader reader);

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static void Read(string file, ReadOnlySpan<byte> bytes, Reading reading)
    {
        var start = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
        var reader = new Utf8JsonReader(bytes[start..], new JsonReaderOptions { MaxDepth = MostDepth });
        try
        {
            reader.Read();
            reading(ref reader);
            while (reader.Read()) reader.Skip();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair, which is JSON but no text.
            throw TokenTableBuilder.Invalid(file, start + reader.BytesConsumed, e.Message, "a tokenizer in JSON", e);
        }
    }

    /// <summary>Refuses another kind of token.</summary>
    public static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type) throw new JsonException($"{reader.TokenType} where {what} was expected");
    }

    /// <summary>Moves to the value of the next property and gives its name; null at the object's end.</summary>
    public static string? NextProperty(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName) return null;
        var name = reader.GetString();
        reader.Read();
        return name;
    }

    /// <summary>Moves to the next element; false at the list's end.</summary>
    public static bool NextElement(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>The text at the reader.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "text");
        return reader.GetString()!;
    }

    /// <summary>The whole number at the reader.</summary>
    public static long Number(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.Number, "a number");
        return reader.TryGetInt64(out var number) ? number : throw new JsonException("a whole number was expected");
    }
}
