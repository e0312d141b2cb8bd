using System.Text.Json;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>Reads <c>tokenizer.json</c> of the tokenizers library in one pass: vocabulary and added tokens; merges are skipped, they do not change what a token stands for.</summary>
internal sealed class TokenizerJson
{
    private readonly string _file;
    private readonly List<(string Text, long Id, long Offset)> _vocabulary = [];
    private readonly List<(string Text, long Id, bool Special, long Offset)> _added = [];
    private string? _type;
    private bool _byteLevel;
    private bool _metaspace;
    private bool _byteFallback;
    private bool _hasMerges;
    private bool _isList;
    private string? _continuing;
    private string? _endOfWord;
    private long _unknown = -1;

    private TokenizerJson(string file) => _file = file;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable Read(string file, ReadOnlySpan<byte> bytes)
    {
        var json = new TokenizerJson(file);
        BoundedJson.Read(file, bytes, json.ReadRoot);
        return json.ToTable();
    }

    private void ReadRoot(ref Utf8JsonReader reader)
    {
        BoundedJson.Expect(ref reader, JsonTokenType.StartObject, "an object");
        while (BoundedJson.NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "model" when reader.TokenType == JsonTokenType.StartObject:
                    ReadModel(ref reader);
                    break;
                case "added_tokens" when reader.TokenType == JsonTokenType.StartArray:
                    while (BoundedJson.NextElement(ref reader)) ReadAdded(ref reader);
                    break;
                case "pre_tokenizer" or "decoder" or "normalizer":
                    ReadStages(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    /// <summary>Looks for the stages that change how tokens are written, wherever a sequence nests them.</summary>
    private void ReadStages(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.String) continue;
            _byteLevel |= reader.ValueTextEquals("ByteLevel"u8);
            _metaspace |= reader.ValueTextEquals("Metaspace"u8) || reader.ValueTextEquals("\u2581"u8);
            _byteFallback |= reader.ValueTextEquals("ByteFallback"u8);
        }
    }

    private void ReadAdded(ref Utf8JsonReader reader)
    {
        BoundedJson.Expect(ref reader, JsonTokenType.StartObject, "an object");
        var offset = reader.TokenStartIndex;
        (string? content, long id, var special) = (null, -1, false);
        while (BoundedJson.NextProperty(ref reader) is { } name)
        {
            if (name == "content") content = BoundedJson.Text(ref reader);
            else if (name == "id") id = BoundedJson.Number(ref reader);
            else if (name == "special") special = reader.TokenType == JsonTokenType.True;
            else reader.Skip();
        }

        if (content is null) throw new JsonException("an added token has no content");
        _added.Add((content, id, special, offset));
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        while (BoundedJson.NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "type":
                    _type = BoundedJson.Text(ref reader);
                    break;
                case "vocab":
                    ReadVocabulary(ref reader);
                    break;
                case "unk_id" when reader.TokenType == JsonTokenType.Number:
                    _unknown = BoundedJson.Number(ref reader);
                    break;
                case "byte_fallback":
                    _byteFallback |= reader.TokenType == JsonTokenType.True;
                    break;
                case "continuing_subword_prefix" when reader.TokenType == JsonTokenType.String:
                    _continuing = BoundedJson.Text(ref reader);
                    break;
                case "end_of_word_suffix" when reader.TokenType == JsonTokenType.String:
                    _endOfWord = BoundedJson.Text(ref reader);
                    break;
                default:
                    _hasMerges |= name == "merges";
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadVocabulary(ref Utf8JsonReader reader)
    {
        _isList = reader.TokenType == JsonTokenType.StartArray;
        if (!_isList)
        {
            BoundedJson.Expect(ref reader, JsonTokenType.StartObject, "an object or a list");
            while (BoundedJson.NextProperty(ref reader) is { } token) _vocabulary.Add((token, BoundedJson.Number(ref reader), reader.TokenStartIndex));
            return;
        }

        while (BoundedJson.NextElement(ref reader))
        {
            BoundedJson.Expect(ref reader, JsonTokenType.StartArray, "a pair of token and score");
            var offset = reader.TokenStartIndex;
            string? token = null;
            while (BoundedJson.NextElement(ref reader))
            {
                if (token is null) token = BoundedJson.Text(ref reader);
                else reader.Skip();
            }

            _vocabulary.Add((token ?? throw new JsonException("a token has no text"), _vocabulary.Count, offset));
        }
    }

    private TokenTable ToTable()
    {
        var kind = Kind();
        var marked = !_byteLevel && (_metaspace || _byteFallback || kind == "unigram" || _vocabulary.Exists(entry => entry.Text.Contains(TokenStyle.WordMark, StringComparison.Ordinal)));
        var style = new TokenStyle
        {
            ByteLevel = _byteLevel,
            Marked = marked,
            ByteFallback = _byteFallback,
            EndOfWord = _endOfWord ?? "",
            Continuing = kind == "wordpiece" ? _continuing ?? "##" : "",
        };
        var plain = new TokenStyle();
        var builder = new TokenTableBuilder(_file);
        foreach (var (text, id, offset) in _vocabulary) builder.Set(id, id == _unknown ? null : style.Decode(text), offset, text);
        foreach (var (text, id, special, offset) in _added) builder.Set(id, special ? null : plain.Decode(text), offset, null);
        return builder.ToTable(kind);
    }

    /// <summary>The model's type; old files do not say it, their fields do.</summary>
    private string Kind() => _type switch
    {
        "BPE" => "bpe",
        "WordPiece" => "wordpiece",
        "WordLevel" => "wordlevel",
        "Unigram" => "unigram",
        null => _hasMerges ? "bpe" : _isList ? "unigram" : _continuing is not null ? "wordpiece" : "wordlevel",
        _ => throw TokenTableBuilder.Invalid(_file, null, $"a model of type {_type}", "BPE, WordPiece, WordLevel, Unigram"),
    };
}
