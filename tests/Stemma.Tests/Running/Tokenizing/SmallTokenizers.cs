using System.Text.Json;
using System.Text.Json.Nodes;
using Stemma.Anatomy.Tokenizers;
using Stemma.Running.Tokenizing;
using Stemma.Tests.Anatomy;

namespace Stemma.Tests.Running.Tokenizing;

/// <summary>Tokenizers small enough to be followed by hand.</summary>
internal static class SmallTokenizers
{
    /// <summary>The 256 letters, then what the merges make, then one control token.</summary>
    public static JsonObject ByteLevel(params string[] merges)
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++) vocabulary[ByteAlphabet.Letter((byte)value).ToString()] = value;
        foreach (var merge in merges) vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] ??= vocabulary.Count;
        var end = vocabulary.Count;
        return new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = end, ["content"] = "<|end|>", ["special"] = true, ["normalized"] = false }),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]) },
        };
    }

    /// <summary>The tokenizer of one file.</summary>
    public static TextTokenizer Open(string name, byte[] content, string? config = null)
    {
        using var folder = new CompanionFolder().With(name, content);
        if (config is not null) folder.With("tokenizer_config.json", config);
        return TextTokenizer.Open(folder.Path)!;
    }

    /// <summary>The tokenizer of a tokenizer.json.</summary>
    public static TextTokenizer Open(JsonNode json) => Open("tokenizer.json", JsonSerializer.SerializeToUtf8Bytes(json));

    /// <summary>A tokenizer.json with words for a vocabulary and the stages given as JSON.</summary>
    public static TextTokenizer Words(string[] vocabulary, string normalizer = "null", string preTokenizer = "null", string decoder = "null", string postProcessor = "null", string added = "[]")
    {
        var ids = new JsonObject();
        foreach (var word in vocabulary) ids[word] = ids.Count;
        return Open(new JsonObject
        {
            ["normalizer"] = JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
            ["decoder"] = JsonNode.Parse(decoder),
            ["post_processor"] = JsonNode.Parse(postProcessor),
            ["added_tokens"] = JsonNode.Parse(added),
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["unk_token"] = vocabulary[0], ["vocab"] = ids },
        });
    }

    /// <summary>How a text is cut: the spellings of its tokens.</summary>
    public static string[] Cut(this TextTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(id => tokenizer.Decode([id]))];
}
