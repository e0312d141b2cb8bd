using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>Reads the vocabulary that stands among the keys.</summary>
internal static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";
    private const int MostTokens = 4_000_000, LongestToken = 65_535;
    private const long MostBytes = 64 << 20;

    /// <summary>A way to read it later; null when the file has none.</summary>
    public static Func<StoredVocabulary>? Of(WeightFile file, GgufKeys keys) =>
        keys.Find(Prefix + "tokens") is { Type: GgufValueType.Text, Count: > 0 } tokens ? () => Read(file, keys, tokens) : null;

    private static StoredVocabulary Read(WeightFile file, GgufKeys keys, GgufValue tokens)
    {
        var words = Texts(file, tokens, "tokens");
        return new StoredVocabulary(file.Name, keys.Find(Prefix + "model")?.Text ?? "", words, Kinds(file, keys, words.Count))
        {
            Settings = keys.Values.Where(pair => pair.Value.Count is null && pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(pair => pair.Key[Prefix.Length..], pair => pair.Value.Text, StringComparer.Ordinal),
            ChatTemplate = keys.Find("tokenizer.chat_template") is { Type: GgufValueType.Text, Count: null, Left: false } template ? template.Text : null,
            Scores = () => Scores(file, keys, words.Count),
            Merges = () => keys.Find(Prefix + "merges") is { Type: GgufValueType.Text, Count: not null } merges ? Texts(file, merges, "merges") : [],
            CharacterRules = () => CharacterRules(file, keys),
        };
    }

    /// <summary>The texts of a list, as bytes.</summary>
    private static List<byte[]> Texts(WeightFile file, GgufValue list, string what)
    {
        if (list.Count > MostTokens) throw file.Refuse(FaultCode.TokenizerInvalid, list.At, $"{list.Count} {what}", $"at most {MostTokens}");
        var cursor = At(file, list);
        var texts = new List<byte[]>();
        var bytes = 0L;
        for (var i = 0L; i < list.Count; i++)
        {
            texts.Add(cursor.Bytes($"a text among the {what}", LongestToken));
            bytes += texts[^1].Length;
            if (bytes > MostBytes) throw file.Refuse(FaultCode.TokenizerInvalid, cursor.At, $"more than {MostBytes} bytes of {what}", "fewer");
        }

        return texts;
    }

    /// <summary>A number for each token; empty when the file does not say it of every token.</summary>
    private static List<float> Scores(WeightFile file, GgufKeys keys, int count)
    {
        if (keys.Find(Prefix + "scores") is not { Type: GgufValueType.F32 } value || value.Count != count) return [];
        var cursor = At(file, value);
        var scores = new List<float>(count);
        for (var i = 0; i < count; i++) scores.Add(BitConverter.UInt32BitsToSingle(cursor.U32()));
        return scores;
    }

    private static byte[] CharacterRules(WeightFile file, GgufKeys keys)
    {
        if (keys.Find(Prefix + "precompiled_charsmap") is not { Type: GgufValueType.U8 or GgufValueType.I8, Count: { } length } value) return [];
        if (length > MostBytes) throw file.Refuse(FaultCode.TokenizerInvalid, value.At, $"{length} bytes of rules", $"at most {MostBytes} bytes");
        var bytes = new byte[length];
        file.Read(value.At, bytes);
        return bytes;
    }

    /// <summary>What each token is; empty when the file does not say it of every token.</summary>
    private static List<int> Kinds(WeightFile file, GgufKeys keys, int count)
    {
        if (keys.Find(Prefix + "token_type") is not { Type: GgufValueType.I32 or GgufValueType.U32 } value || value.Count != count) return [];
        var cursor = At(file, value);
        var kinds = new List<int>(count);
        for (var i = 0; i < count; i++) kinds.Add(cursor.I32());
        return kinds;
    }

    /// <summary>Stands at the first element of a list.</summary>
    private static GgufCursor At(WeightFile file, GgufValue list)
    {
        var cursor = new GgufCursor(file);
        cursor.Skip(list.At);
        return cursor;
    }
}
