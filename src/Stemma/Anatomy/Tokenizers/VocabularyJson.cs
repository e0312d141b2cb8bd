using System.Text.Json;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>
/// Reads <c>vocab.json</c>: token to id, as GPT-2 has it, or what small projects write for their characters: <c>{"stoi": {...}, "itos": {...}}</c>,
/// id to token, or a plain list.
/// </summary>
internal static class VocabularyJson
{
    private static readonly string[] TokenToId = ["stoi", "vocab", "token_to_id", "char_to_idx", "char2idx"];
    private static readonly string[] IdToToken = ["itos", "id_to_token", "chars", "idx_to_char", "idx2char"];

    /// <summary>Reads the whole file.</summary>
    /// <param name="file">How faults call it.</param>
    /// <param name="bytes">Its contents.</param>
    /// <param name="hasMerges">True when merges.txt stands beside it.</param>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable Read(string file, ReadOnlySpan<byte> bytes, bool hasMerges)
    {
        var vocabulary = new Dictionary<string, int>();
        BoundedJson.Read(file, bytes, (ref Utf8JsonReader reader) => ReadRoot(ref reader, vocabulary));
        var byteLevel = ByteAlphabet.Covers(vocabulary);
        var wholeWords = vocabulary.Keys.Any(token => token.EndsWith("</w>", StringComparison.Ordinal));
        var style = new TokenStyle
        {
            ByteLevel = byteLevel,
            EndOfWord = wholeWords ? "</w>" : "",
            ByteFallback = vocabulary.ContainsKey("<0x0A>"),
            Marked = !byteLevel && vocabulary.Keys.Any(token => token.StartsWith(TokenStyle.WordMark)),
        };
        var builder = new TokenTableBuilder(file);
        foreach (var (token, id) in vocabulary) builder.Set(id, style.Decode(token), null, token);
        return builder.ToTable(hasMerges || byteLevel ? "bpe" : "wordlevel");
    }

    private static void ReadRoot(ref Utf8JsonReader reader, Dictionary<string, int> vocabulary)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            ReadList(ref reader, vocabulary);
            return;
        }

        BoundedJson.Expect(ref reader, JsonTokenType.StartObject, "an object or a list");
        var flat = new Dictionary<string, int>();
        while (BoundedJson.NextProperty(ref reader) is { } name)
        {
            if (reader.TokenType == JsonTokenType.StartObject && (TokenToId.Contains(name) || IdToToken.Contains(name)))
            {
                while (BoundedJson.NextProperty(ref reader) is { } inner) ReadEntry(ref reader, inner, vocabulary);
            }
            else if (reader.TokenType == JsonTokenType.StartArray && IdToToken.Contains(name))
            {
                ReadList(ref reader, vocabulary);
            }
            else
            {
                ReadEntry(ref reader, name, flat);
            }
        }

        // Beside a nested vocabulary, what stands at the top are sizes and settings.
        if (vocabulary.Count > 0) return;
        foreach (var (token, id) in flat) vocabulary[token] = id;
    }

    /// <summary>Token to number, or number to token; anything else (a size, a name of a model) is no entry.</summary>
    private static void ReadEntry(ref Utf8JsonReader reader, string name, Dictionary<string, int> vocabulary)
    {
        if (reader.TokenType == JsonTokenType.Number) Put(vocabulary, name, BoundedJson.Number(ref reader));
        else if (reader.TokenType == JsonTokenType.String && long.TryParse(name, out var id)) Put(vocabulary, BoundedJson.Text(ref reader), id);
        else reader.Skip();
    }

    private static void ReadList(ref Utf8JsonReader reader, Dictionary<string, int> vocabulary)
    {
        var id = 0;
        while (BoundedJson.NextElement(ref reader)) Put(vocabulary, BoundedJson.Text(ref reader), id++);
    }

    private static void Put(Dictionary<string, int> vocabulary, string token, long id)
    {
        if (id is < 0 or >= TokenTableBuilder.MostIds) throw new JsonException($"token id {id}, allowed are 0 to {TokenTableBuilder.MostIds - 1}");
        vocabulary[token] = (int)id;
    }
}
