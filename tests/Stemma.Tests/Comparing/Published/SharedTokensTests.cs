using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Comparing.Published;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Published;

public sealed class SharedTokensTests
{
    [Fact]
    public void One_token_in_two_spellings_is_shared_by_its_bytes_only()
    {
        using var folder = new TempFolder();
        using var here = Open(folder["a"], """{"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"\u0120the":0,"ing":1,"<s>":2},"merges":[]}}""");
        using var there = Open(folder["b"], """{"decoder":{"type":"Metaspace"},"model":{"type":"BPE","vocab":{"<s>":0,"ing":1,"\u2581the":2},"merges":[]}}""");
        var spelled = SharedTokens.BySpelling(here, there);
        Assert.Equal([2, 1], spelled.A);
        Assert.Equal([0, 1], spelled.B);
        var bytes = SharedTokens.ByBytes(here, there);
        Assert.Equal([0, 1], bytes.A);
        Assert.Equal([2, 1], bytes.B);
    }

    [Fact]
    public void A_token_that_has_no_row_is_not_shared()
    {
        using var folder = new TempFolder();
        var words = string.Join(',', Enumerable.Range(0, TinyModel.Vocabulary + 5).Select(id => $"\"w{id}\":{id}"));
        using var model = Open(folder["a"], "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{" + words + "}}}");
        Assert.Equal(TinyModel.Vocabulary, SharedTokens.BySpelling(model, model).A.Length);
    }

    [Fact]
    public void Added_tokens_have_no_spelling_of_their_own()
    {
        using var folder = new TempFolder();
        using var model = Open(folder["a"], """{"added_tokens":[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<tool>","special":false}],"model":{"type":"WordLevel","vocab":{"<unk>":0}}}""");
        Assert.Equal<IEnumerable<string?>>(["<unk>", null], model.Tokens!.Spellings);
    }

    [Fact]
    public void Models_without_tokenizers_share_nothing()
    {
        using var folder = new TempFolder();
        using var model = ModelWeights.Open(new TinyModel(1).Write(folder["a"]));
        Assert.Empty(SharedTokens.ByBytes(model, model).A);
        Assert.False(new HuRef().Score(model, model).Applicable);
        // AWM compares as stored then.
        Assert.Equal(1, PublishedMethods.Create().Single(m => m.Name == "awm").Score(model, model).Value, 1e-6);
    }

    private static ModelWeights Open(string path, string tokenizer)
    {
        new TinyModel(1).Write(path);
        File.WriteAllText(Path.Combine(path, "tokenizer.json"), tokenizer);
        Assert.NotNull(TokenTableReader.Read(path));
        return ModelWeights.Open(path);
    }
}
