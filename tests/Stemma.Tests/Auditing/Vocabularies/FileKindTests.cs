using System.Text.Json.Nodes;
using Stemma.Auditing.Vocabularies;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;
using Stemma.Tests.Anatomy;
using Stemma.Tests.Support;

namespace Stemma.Tests.Auditing.Vocabularies;

public sealed class FileKindTests
{
    private static readonly (string Text, float Score, int Type)[] Pieces =
        [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6)), .. Lists.Words(400, 3).Select((word, at) => ("▁" + word, -at - 1f, 1))];

    [Fact]
    public void One_list_is_recognised_in_every_kind_of_file()
    {
        using var model = new CompanionFolder().With("tokenizer.model", PieceFile.Write(2, true, (true, false), null, Pieces));
        using var json = new CompanionFolder().With("tokenizer.json", Json());
        using var gguf = new CompanionFolder().With("m.gguf", Gguf());
        string[] places = [model.Path, json.Path, gguf.Path, Path.Combine(gguf.Path, "m.gguf")];
        foreach (var (subject, reference) in places.SelectMany(one => places.Select(other => (one, other))))
        {
            var audit = VocabularyAudit.Run(AuditedVocabulary.Read(subject, "a"), [AuditedVocabulary.Read(reference, "b")]);
            Assert.Equal(("same-vocabulary", 400.0), (audit.Findings[0].Code, audit.Findings[0].Numbers["same_ids"]));
        }
    }

    [Fact]
    public void A_vocabulary_that_cannot_be_run_can_still_be_compared()
    {
        var changed = JsonNode.Parse(Json())!;
        changed["normalizer"] = new JsonObject { ["type"] = "Shout" };
        using var folder = new CompanionFolder().With("tokenizer.json", changed.ToJsonString());
        var vocabulary = AuditedVocabulary.Read(folder.Path, "a");
        Assert.Equal(FaultCode.TokenizerUnsupported, Assert.Throws<StemmaException>(() => TextTokenizer.Open(folder.Path)).Fault.Code);
        var audit = VocabularyAudit.Run(vocabulary, [vocabulary]);
        Assert.Equal("same-vocabulary", audit.Findings[0].Code);
        Assert.Contains("Shout", audit.Subject.Note, StringComparison.Ordinal);
        Assert.Empty(audit.Subject.Samples);
    }

    private static string Json()
    {
        var vocabulary = new JsonObject();
        foreach (var (text, _, _) in Pieces) vocabulary[text] = vocabulary.Count;
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 3).Select(id => (JsonNode)new JsonObject { ["id"] = id, ["content"] = Pieces[id].Text, ["special"] = true })]),
            ["decoder"] = new JsonObject { ["type"] = "ByteFallback" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["byte_fallback"] = true, ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        }.ToJsonString();
    }

    private static byte[] Gguf() => new GgufBytes().Key("general.architecture", "llama").Key("tokenizer.ggml.model", "llama")
        .Texts("tokenizer.ggml.tokens", [.. Pieces.Select(piece => piece.Text)]).Numbers("tokenizer.ggml.token_type", [.. Pieces.Select(piece => piece.Type)])
        .Floats("token_embd.weight", [2, 2], [1, 2, 3, 4]).ToArray();
}
