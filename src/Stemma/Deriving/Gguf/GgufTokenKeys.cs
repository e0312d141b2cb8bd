using System.Text.Json;
using System.Text.Json.Nodes;
using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints.Gguf;
using Stemma.Deriving.Models;
using Stemma.Foundation;

namespace Stemma.Deriving.Gguf;

/// <summary>The keys of a vocabulary (ggml-org/ggml, docs/gguf.md, tokenizer.ggml.*), from the tokenizer beside the weights.</summary>
internal static class GgufTokenKeys
{
    /// <summary>Of tokens behind the last piece.</summary>
    private const float LowestScore = -10_000f;

    private const int UnigramModel = 1, Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6, MostBytes = 64 << 20;

    /// <summary>Adds the keys; without a known tokenizer the file says that it has none.</summary>
    /// <returns>What could not be carried over.</returns>
    public static IEnumerable<Notice> Add(SourceModel model, string architecture, GgufKeyList keys)
    {
        var table = model.Weights.Tokens;
        var pieces = table is null ? null : Pieces(model, table);
        if (table is null || table.Spellings.Count != table.Tokens.Count || (pieces is null && !IsByteLevel(table)))
        {
            keys.Text("tokenizer.ggml.model", "none");
            yield return new Notice("tokenizer-left-out", table is null ? "No tokenizer stands beside the weights, so the file carries no vocabulary" : $"The tokenizer {table.Source} has no form in GGUF that is written here, so the file carries no vocabulary");
            yield break;
        }

        keys.Text("tokenizer.ggml.model", pieces is null ? "gpt2" : pieces.Trainer.ModelType == UnigramModel ? "t5" : "llama");
        keys.Text("tokenizer.ggml.pre", pieces is not null ? "default" : architecture.StartsWith("qwen", StringComparison.Ordinal) ? "qwen2" : architecture == "gpt2" ? "gpt-2" : "default");
        var count = Math.Max(table.Tokens.Count, model.Shape.Vocabulary);
        var json = pieces is null ? Json(model, table) : null;
        var added = Added(json);
        keys.Texts("tokenizer.ggml.tokens", [.. Enumerable.Range(0, count).Select(id => Spelling(table, id) ?? (added.TryGetValue(id, out var one) ? one.Text : $"[PAD{id}]"))]);
        if (pieces is not null) AddPieces(keys, pieces, count);
        keys.Numbers("tokenizer.ggml.token_type", [.. Enumerable.Range(0, count).Select(id => id < pieces?.Pieces.Count && Spelling(table, id) is not null ? (int)pieces.Pieces[id].Type : added.TryGetValue(id, out var one) ? one.Kind : KindOf(table, id))]);
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("bos_token_id", "bos_token_id"), ("eos_token_id", "eos_token_id"), ("pad_token_id", "padding_token_id")])
            if (ConfigFile.Number(model.Config, name) is >= 0 and { } id && id < count) keys.Number($"tokenizer.ggml.{key}", (uint)id);
        if (Merges(json) is { Count: > 0 } merges) keys.Texts("tokenizer.ggml.merges", merges);
        if (ChatTemplateText.Of(model.Checkpoint.Folder) is { } template) keys.Text("tokenizer.chat_template", template.Text);
    }

    /// <summary>What only SentencePiece has: scores, and how a text is made ready.</summary>
    private static void AddPieces(GgufKeyList keys, SentencePieceFile file, int count)
    {
        keys.Reals("tokenizer.ggml.scores", [.. Enumerable.Range(0, count).Select(id => id < file.Pieces.Count ? file.Pieces[id].Score : LowestScore)]);
        keys.Truth("tokenizer.ggml.add_space_prefix", file.Normalizer.AddDummyPrefix);
        keys.Truth("tokenizer.ggml.remove_extra_whitespaces", file.Normalizer.RemoveExtraWhitespaces);
        if (file.Normalizer.Charsmap.Length > 0) keys.Octets("tokenizer.ggml.precompiled_charsmap", file.Normalizer.Charsmap);
    }

    /// <summary>The SentencePiece model that the table comes from; null when it comes from another file.</summary>
    private static SentencePieceFile? Pieces(SourceModel model, TokenTable table)
    {
        if (!table.Source.EndsWith(".model", StringComparison.Ordinal)) return null;
        var bytes = Companions.Bytes(model.Checkpoint.Folder!, table.Source, MostBytes, FaultCode.TokenizerInvalid);
        return TokenLines.IsTiktoken(bytes) ? null : SentencePieceFile.Read(table.Source, bytes);
    }

    /// <summary>True for merges over bytes, the only ones that GGUF has beside SentencePiece's.</summary>
    private static bool IsByteLevel(TokenTable table) =>
        table.Kind == "bpe" && ByteAlphabet.Covers(table.Spellings.OfType<string>().Distinct(StringComparer.Ordinal).ToDictionary(word => word, _ => 0, StringComparer.Ordinal));

    private static string? Spelling(TokenTable table, int id) => id < table.Spellings.Count ? table.Spellings[id] : null;

    private static int KindOf(TokenTable table, int id)
    {
        if (Spelling(table, id) is not { } word) return Unused;
        if (word is "<unk>" or "[UNK]") return Unknown;
        if (table.Tokens[id] is not { } bytes) return Control;
        return word is ['<', '0', 'x', _, _, '>'] && bytes.Length == 1 ? Byte : Normal;
    }

    /// <summary>tokenizer.json, where the table comes from it; null otherwise.</summary>
    private static JsonObject? Json(SourceModel model, TokenTable table) =>
        table.Source == "tokenizer.json" ? ConfigFile.Parse(Companions.Bytes(model.Checkpoint.Folder!, table.Source, MostBytes, FaultCode.TokenizerInvalid), table.Source) : null;

    /// <summary>Merges in the old form: two words with a space between them.</summary>
    private static List<string> Merges(JsonObject? json) =>
        json?["model"]?["merges"] is JsonArray merges ? [.. merges.Select(merge => merge is JsonArray pair ? $"{pair[0]} {pair[1]}" : merge?.ToString() ?? "")] : [];

    /// <summary>By id the tokens that were added to the vocabulary: they are found in a text before it is cut.</summary>
    private static Dictionary<int, (string Text, int Kind)> Added(JsonObject? json)
    {
        var added = new Dictionary<int, (string, int)>();
        foreach (var token in json?["added_tokens"] as JsonArray ?? [])
        {
            if (token?["id"]?.GetValueKind() == JsonValueKind.Number && token["content"]?.GetValueKind() == JsonValueKind.String && token["id"]!.AsValue().TryGetValue(out int id))
                added[id] = ((string)token["content"]!, token["special"]?.GetValueKind() == JsonValueKind.True ? Control : UserDefined);
        }

        return added;
    }
}
