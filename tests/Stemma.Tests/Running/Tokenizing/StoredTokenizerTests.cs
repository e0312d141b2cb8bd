using System.Text.Json;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Operations;
using Stemma.Running.Templating;
using Stemma.Running.Tokenizing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Tokenizing;

/// <summary>A GGUF file cuts text as the folder does that it was written from, with nothing beside it.</summary>
public sealed class StoredTokenizerTests : IDisposable
{
    private static readonly string[] Texts = ["The file is  closed.", " leading", "", "naïve 😀 déjà\tvu\r\n12345", "<s>raw</s>", "안녕하세요 #include <stdio.h>"];

    private readonly Workshop _shop = new();

    [Fact]
    public void SentencePiece_goes_along_with_scores_kinds_and_how_texts_are_made_ready()
    {
        var (before, after) = (TextTokenizer.Open(CliRun.Parent)!, TextTokenizer.OfModel(Write(CliRun.Parent))!);
        foreach (var text in Texts)
        {
            var ids = before.Encode(text, addSpecialTokens: false);
            Assert.Equal(ids, after.Encode(text, addSpecialTokens: false));
            Assert.Equal(before.Decode(ids), after.Decode(ids));
        }
    }

    [Theory]
    [InlineData(1, true, true)]
    [InlineData(1, false, false)]
    [InlineData(2, false, true)]
    [InlineData(2, true, false)]
    public void Unigram_and_merges_with_or_without_a_leading_space(int modelType, bool prefix, bool trim)
    {
        (string, float, int)[] pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -2, 1), ("l", -3, 1), ("ll", -1, 1), ("o", -3, 1), ("▁h", -2, 1), ("▁lo", -1.5f, 4), .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6))];
        var parent = _shop.Draw(Workshop.Llama.Replace("\"vocab_size\":70", "\"vocab_size\":265", StringComparison.Ordinal));
        File.WriteAllBytes(Path.Combine(parent, "tokenizer.model"), PieceFile.Write(modelType, byteFallback: true, (prefix, trim), null, pieces));
        var (before, after) = (TextTokenizer.Open(parent)!, TextTokenizer.OfModel(Write(parent))!);
        foreach (var text in (string[])[.. Texts, "hello  lo lol", "  lo "]) Assert.Equal(before.Encode(text), after.Encode(text));
    }

    [Fact]
    public void Merges_over_bytes_go_along_by_rank()
    {
        var parent = _shop.Draw(Workshop.Gpt2.Replace("\"vocab_size\":70", "\"vocab_size\":265", StringComparison.Ordinal));
        File.WriteAllBytes(Path.Combine(parent, "tokenizer.json"), JsonSerializer.SerializeToUtf8Bytes(SmallTokenizers.ByteLevel("h e", "l l", "he ll", "Ġ t", "o Ġ", "s e")));
        var (before, after) = (TextTokenizer.Open(parent)!, TextTokenizer.OfModel(Write(parent))!);
        foreach (var text in Texts.Append("hello those <|end|> sells")) Assert.Equal(before.Encode(text), after.Encode(text));
        Assert.NotEmpty(after.AddedTokens);
    }

    [Fact]
    public void A_vocabulary_that_GGUF_has_no_form_for_is_left_out_and_told()
    {
        var parent = _shop.Draw(Workshop.Llama);
        File.WriteAllText(Path.Combine(parent, "tokenizer.json"), """{"model":{"type":"BPE","vocab":{"▁a":0,"b":1},"merges":[]}}""");
        var path = _shop.NewPath + ".gguf";
        Assert.Contains(Engine.Derive(new QuantiseGguf(), [parent], path).Notices, notice => notice.Code == "tokenizer-left-out");
        var alone = Path.Combine(Directory.CreateDirectory(_shop.NewPath).FullName, "alone.gguf");
        File.Move(path, alone);
        Assert.Null(TextTokenizer.OfModel(alone));
    }

    [Fact]
    public void The_template_of_conversations_goes_along_with_its_special_tokens()
    {
        var parent = _shop.Draw(Workshop.Llama.Replace("\"vocab_size\":70", "\"vocab_size\":265,\"bos_token_id\":1,\"eos_token_id\":2", StringComparison.Ordinal));
        (string, float, int)[] pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -2, 1), .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6))];
        File.WriteAllBytes(Path.Combine(parent, "tokenizer.model"), PieceFile.Write(2, byteFallback: true, (true, true), null, pieces));
        Assert.Null(ChatTemplate.OfModel(Write(parent)));
        const string Template = "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}";
        File.WriteAllText(Path.Combine(parent, "tokenizer_config.json"), JsonSerializer.Serialize(new { bos_token = "<s>", eos_token = "</s>", chat_template = Template }));
        var file = Write(parent);
        var (folder, alone) = (ChatTemplate.OfModel(parent)!, ChatTemplate.OfModel(file)!);
        Assert.Equal("<s>[user] hej</s>", folder.Render([new("user", "hej")]));
        Assert.Equal((folder.Render([new("user", "hej")]), Path.GetFileName(file)), (alone.Render([new("user", "hej")]), alone.Source));
        File.WriteAllText(Path.Combine(parent, "chat_template.jinja"), new string('x', 70_000));
        Assert.Null(ChatTemplate.OfModel(Write(parent)));
    }

    [Fact]
    public void Run_continues_a_prompt_from_the_file_alone()
    {
        var file = Write(CliRun.Parent, TensorType.F32);
        string[] rest = ["--prompt", "The file is", "--generate", "12", "--quiet"];
        var (folder, alone) = (CliRun.Of(new(), ["run", CliRun.Parent, .. rest]), CliRun.Of(new(), ["run", file, .. rest]));
        Assert.Equal((0, folder.Out), (alone.Code, alone.Out));
    }

    public void Dispose() => _shop.Dispose();

    private string Write(string parent, TensorType? type = null)
    {
        var path = Path.Combine(Directory.CreateDirectory(_shop.NewPath).FullName, "model.gguf");
        Engine.Derive(new QuantiseGguf { Type = type }, [parent], path);
        return path;
    }
}
