using System.Text.Json;
using Stemma.Running.Tokenizing;
using Stemma.Tests.Anatomy;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Tokenizing;

/// <summary>Published tokenizers against the ids that their own programs give.</summary>
public sealed class PublishedTokenizerTests
{
    private static readonly Lazy<TextTokenizer> Gpt2 = new(() => TextTokenizer.Open(Shared.Find("real", "tokenizers", "gpt2"))!);

    [Fact]
    public void Gpt2_from_vocabulary_and_merges()
    {
        Shared.Require("real", "tokenizers", "gpt2");
        AssertIds("gpt2", Gpt2.Value);
        Assert.Contains(Gpt2.Value.Notices, notice => notice.Code == "pre-tokenizer-assumed");
    }

    [Fact]
    public void Gpt2_from_the_json_file_gives_the_same()
    {
        var json = TextTokenizer.Open(Shared.Require("real", "tiny-gpt2", "dpo_a"))!;
        AssertIds("gpt2", json);
        Assert.Equal(50256, json.EndOfText);
        Assert.Equal([50256, 15496], json.Encode("<|endoftext|>Hello"));
    }

    [Fact]
    public void Llama_2_from_the_sentencepiece_model() => AssertIds("llama-2", TextTokenizer.Open(Shared.Require("real", "tokenizers", "llama2-karpathy"))!);

    [Fact]
    public void Phi_3_has_the_same_vocabulary_in_another_file() => AssertIds("llama-2", TextTokenizer.Open(Shared.Require("real", "tokenizers", "phi-3-mini"))!);

    [Fact]
    public void Qwen_cuts_by_its_own_pattern_when_its_settings_name_it()
    {
        var place = Shared.Require("real", "tokenizers", "qwen1.5-0.5b");
        using var folder = new CompanionFolder().With("tokenizer_config.json", """{"tokenizer_class":"Qwen2Tokenizer"}""");
        foreach (var name in new[] { "vocab.json", "merges.txt" }) File.Copy(Path.Combine(place, name), Path.Combine(folder.Path, name));
        AssertIds("qwen2", TextTokenizer.Open(folder.Path)!);
    }

    [Theory]
    [InlineData("real", "tokenizers", "chatglm-spm")]
    [InlineData("real", "tokenizers", "internlm2")]
    [InlineData("real", "tokenizers", "mistral-minimind")]
    [InlineData("real", "tokenizers", "minimind-2024")]
    [InlineData("real", "tokenizers", "minimind-2025a")]
    [InlineData("zoo", "base-0")]
    [InlineData("zoo", "base-tokb")]
    public void Every_tokenizer_at_hand_brings_text_back(params string[] place)
    {
        var tokenizer = TextTokenizer.Open(Shared.Require(place))!;
        foreach (var (text, _) in Vectors("gpt2"))
        {
            var ids = tokenizer.Encode(text);
            Assert.Equal(text, tokenizer.Decode(ids));
            Assert.True(ids.Length <= System.Text.Encoding.UTF8.GetByteCount(text) + 1);
        }
    }

    private static void AssertIds(string model, TextTokenizer tokenizer)
    {
        foreach (var (text, ids) in Vectors(model))
        {
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    private static IEnumerable<(string Text, int[] Ids)> Vectors(string model)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Stemma.Tests", "Running", "Tokenizing", "published-ids.json")));
        foreach (var vector in document.RootElement.GetProperty("models").GetProperty(model).EnumerateArray())
            yield return (vector.GetProperty("text").GetString()!, [.. vector.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
    }
}
