using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>Reads the vocabulary that stands among the keys.</summary>
internal static class GgufVocabulary
{
    private const int MostTokens = 4_000_000, LongestToken = 65_535;
    private const long MostBytes = 64 << 20;

    /// <summary>A way to read it later; null when the file has none.</summary>
    public static Func<StoredVocabulary>? Of(WeightFile file, GgufKeys keys) =>
        keys.Find("tokenizer.ggml.tokens") is { Type: GgufValueType.Text, Count: > 0 } tokens ? () => Read(file, keys, tokens) : null;

    private static StoredVocabulary Read(WeightFile file, GgufKeys keys, GgufValue tokens)
    {
        if (tokens.Count > MostTokens) throw file.Refuse(FaultCode.TokenizerInvalid, tokens.At, $"{tokens.Count} tokens", $"at most {MostTokens}");
        var cursor = new GgufCursor(file);
        cursor.Skip(tokens.At);
        var words = new List<byte[]>();
        var bytes = 0L;
        for (var i = 0L; i < tokens.Count; i++)
        {
            words.Add(cursor.Bytes("a token", LongestToken));
            bytes += words[^1].Length;
            if (bytes > MostBytes) throw file.Refuse(FaultCode.TokenizerInvalid, cursor.At, $"more than {MostBytes} bytes of tokens", "fewer");
        }

        return new StoredVocabulary(file.Name, keys.Find("tokenizer.ggml.model")?.Text ?? "", words, Kinds(file, keys, words.Count));
    }

    /// <summary>What each token is; empty when the file does not say it of every token.</summary>
    private static List<int> Kinds(WeightFile file, GgufKeys keys, int count)
    {
        if (keys.Find("tokenizer.ggml.token_type") is not { Type: GgufValueType.I32 or GgufValueType.U32 } value || value.Count != count) return [];
        var cursor = new GgufCursor(file);
        cursor.Skip(value.At);
        var kinds = new List<int>(count);
        for (var i = 0; i < count; i++) kinds.Add(cursor.I32());
        return kinds;
    }
}
