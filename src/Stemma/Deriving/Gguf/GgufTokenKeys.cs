using Google.Protobuf;
using Stemma.Anatomy;
using Stemma.Checkpoints.Gguf;
using Stemma.Deriving.Models;
using Stemma.Foundation;

namespace Stemma.Deriving.Gguf;

/// <summary>The keys of a vocabulary (ggml-org/ggml, docs/gguf.md, tokenizer.ggml.*), from the tokenizer beside the weights.</summary>
internal static class GgufTokenKeys
{
    private const int Normal = 1, Unknown = 2, Control = 3, Unused = 5, Byte = 6, MostBytes = 64 << 20;

    /// <summary>Adds the keys; without a known tokenizer the file says that it has none.</summary>
    /// <returns>What could not be carried over.</returns>
    public static IEnumerable<Notice> Add(SourceModel model, string architecture, GgufKeyList keys)
    {
        var table = model.Weights.Tokens;
        if (table is null || table.Spellings.Count != table.Tokens.Count || !(table.Kind == "bpe" || table.Source.EndsWith(".model", StringComparison.Ordinal)))
        {
            keys.Text("tokenizer.ggml.model", "none");
            yield return new Notice("tokenizer-left-out", table is null ? "No tokenizer stands beside the weights, so the file carries no vocabulary" : $"The tokenizer {table.Source} has no form in GGUF that is written here, so the file carries no vocabulary");
            yield break;
        }

        var pieces = table.Source.EndsWith(".model", StringComparison.Ordinal);
        keys.Text("tokenizer.ggml.model", pieces ? "llama" : "gpt2");
        keys.Text("tokenizer.ggml.pre", pieces ? "default" : architecture.StartsWith("qwen", StringComparison.Ordinal) ? "qwen2" : "default");
        var count = Math.Max(table.Tokens.Count, model.Shape.Vocabulary);
        keys.Texts("tokenizer.ggml.tokens", [.. Enumerable.Range(0, count).Select(id => Spelling(table, id) ?? $"[PAD{id}]")]);
        if (pieces) keys.Reals("tokenizer.ggml.scores", Scores(model, table, count));
        keys.Numbers("tokenizer.ggml.token_type", [.. Enumerable.Range(0, count).Select(id => KindOf(table, id))]);
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("bos_token_id", "bos_token_id"), ("eos_token_id", "eos_token_id"), ("pad_token_id", "padding_token_id")])
            if (ConfigFile.Number(model.Config, name) is >= 0 and { } id && id < count) keys.Number($"tokenizer.ggml.{key}", (uint)id);
        if (!pieces)
        {
            var merges = Merges(model);
            if (merges.Count > 0) keys.Texts("tokenizer.ggml.merges", merges);
        }
    }

    private static string? Spelling(TokenTable table, int id) => id < table.Spellings.Count ? table.Spellings[id] : null;

    private static int KindOf(TokenTable table, int id)
    {
        if (Spelling(table, id) is not { } word) return Unused;
        if (word is "<unk>" or "[UNK]") return Unknown;
        if (table.Tokens[id] is not { } bytes) return Control;
        return word is ['<', '0', 'x', _, _, '>'] && bytes.Length == 1 ? Byte : Normal;
    }

    /// <summary>Scores of a SentencePiece model (ModelProto.pieces = 1, its score = 2); tokens behind the last piece have the lowest.</summary>
    private static float[] Scores(SourceModel model, TokenTable table, int count)
    {
        var scores = new float[count];
        Array.Fill(scores, -10_000f);
        using var input = new CodedInputStream(Companions.Bytes(model.Checkpoint.Folder!, table.Source, MostBytes, FaultCode.TokenizerInvalid));
        for (var id = 0; input.ReadTag() is var tag and not 0;)
        {
            if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited) && id < count) scores[id++] = Score(input.ReadBytes());
            else input.SkipLastField();
        }

        return scores;
    }

    private static float Score(ByteString piece)
    {
        using var input = piece.CreateCodedInput();
        var score = 0f;
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(2, WireFormat.WireType.Fixed32)) score = input.ReadFloat();
            else input.SkipLastField();
        }

        return score;
    }

    /// <summary>Merges of tokenizer.json, in the old form: two words with a space between them.</summary>
    private static List<string> Merges(SourceModel model)
    {
        const string Name = "tokenizer.json";
        if (model.Checkpoint.Folder is not { } folder || !File.Exists(Path.Combine(folder, Name))) return [];
        var root = ConfigFile.Parse(Companions.Bytes(folder, Name, MostBytes, FaultCode.TokenizerInvalid), Name);
        if (root["model"]?["merges"] is not System.Text.Json.Nodes.JsonArray merges) return [];
        return [.. merges.Select(merge => merge is System.Text.Json.Nodes.JsonArray pair ? $"{pair[0]} {pair[1]}" : merge?.ToString() ?? "")];
    }
}
