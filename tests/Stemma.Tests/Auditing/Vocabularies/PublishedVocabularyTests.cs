using Stemma.Auditing.Vocabularies;
using Stemma.Tests.Anatomy;
using Stemma.Tests.Running.Tokenizing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Auditing.Vocabularies;

public sealed class PublishedVocabularyTests
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<AuditedVocabulary>> Known = new(StringComparer.Ordinal);

    [Theory]
    [InlineData("phi-3-mini", "llama2-karpathy", "same-vocabulary")]
    [InlineData("llama2-karpathy", "mistral-minimind", "separate-vocabularies")]
    [InlineData("minimind-2024", "minimind-2025a", "same-vocabulary")]
    [InlineData("minimind-2024", "mistral-minimind", "separate-vocabularies")]
    [InlineData("internlm2", "qwen1.5-0.5b", "vocabulary-in-common")]
    [InlineData("qwen1.5-0.5b", "gpt2", "separate-vocabularies")]
    public void Published_vocabularies_are_told_apart_and_their_kinship_is_stated(string subject, string reference, string code)
    {
        var audit = VocabularyAudit.Run(Read(subject), [Read(reference)]);
        Assert.Equal(code, audit.Findings[0].Code);
    }

    [Fact]
    public void Two_generations_of_one_tokenizer_are_told_apart_by_their_control_tokens()
    {
        var finding = VocabularyAudit.Run(Read("minimind-2025a"), [Read("minimind-2024")]).Findings.Single(finding => finding.Code == "control-tokens-differ");
        Assert.Contains("<|im_start|>", finding.Sentence, StringComparison.Ordinal);
        Assert.Contains("</s>", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_was_not_made_for_chinese_shows_it()
    {
        Assert.Contains(VocabularyAudit.Run(Read("llama2-karpathy"), []).Findings, finding => finding.Code == "chinese-by-character");
        Assert.DoesNotContain(VocabularyAudit.Run(Read("chatglm-spm"), []).Findings, finding => finding.Code == "chinese-by-character");
    }

    [Fact]
    public void Folders_are_read_with_all_that_stands_beside_the_vocabulary()
    {
        const string template = "{% for message in messages %}{{ message.role }}: {{ message.content }}{% endfor %}";
        CompanionFolder Folder(string chat) => new CompanionFolder()
            .With("tokenizer.json", SmallTokenizers.ByteLevel("h e", "l l", "he ll").ToJsonString()).With("tokenizer_config.json", System.Text.Json.JsonSerializer.Serialize(new { chat_template = chat }));
        using var one = Folder(template);
        using var same = Folder(template.Replace(" ", "  ", StringComparison.Ordinal));
        using var like = Folder(template + "{% if add_generation_prompt %}assistant: {% endif %}");
        using var other = Folder("{{ bos_token }}{{ messages[0]['content'] }}");
        var audit = VocabularyAudit.Run(AuditedVocabulary.Read(one.Path, "one"), [AuditedVocabulary.Read(same.Path, "same"), AuditedVocabulary.Read(like.Path, "like"), AuditedVocabulary.Read(other.Path, "other")]);
        var likeness = audit.Comparisons.Select(comparison => comparison.ChatTemplate!.Value).ToArray();
        Assert.Equal(1.0, likeness[0]);
        Assert.InRange(likeness[2], 0, 0.2);
        Assert.InRange(likeness[1], 0.4, 0.8);
        Assert.Contains(audit.Findings, finding => finding is { Code: "same-chat-template", Reference: "same" });
        Assert.Contains(audit.Findings, finding => finding.Code == "control-tokens-in-common");
        Assert.Equal(4, audit.Subject.Samples.Count);
        Assert.All(audit.Subject.Samples, cut => Assert.InRange(cut.BytesPerToken, 1, 1.2));
    }

    [Fact]
    public void What_sentencepiece_says_of_its_training_is_compared()
    {
        using var folder = new CompanionFolder().With("tokenizer.model", PieceFile.Write(2, true, (true, false), null, ("<unk>", 0, 2), ("ab", -1, 1)));
        var audit = VocabularyAudit.Run(AuditedVocabulary.Read(folder.Path, "one"), [AuditedVocabulary.Read(folder.Path, "two")]);
        Assert.Equal("corpus.txt", audit.Comparisons[0].TrainingSettings[1]);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_refused()
    {
        using var folder = new CompanionFolder();
        Assert.Equal(Stemma.Foundation.FaultCode.VocabularyMissing, Assert.Throws<Stemma.Foundation.StemmaException>(() => AuditedVocabulary.Read(folder.Path, "x")).Fault.Code);
    }

    /// <summary>Each is read once for all tests.</summary>
    private static AuditedVocabulary Read(string name)
    {
        var folder = Shared.Require("real", "tokenizers", name);
        return Known.GetOrAdd(name, _ => new(() => AuditedVocabulary.Read(folder, name))).Value;
    }
}
