using System.Text;
using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Deriving.Models;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Deriving;

/// <summary>Another vocabulary for the same model.</summary>
public sealed class TokenizerTests : IDisposable
{
    private static readonly string[] Letters = [.. Enumerable.Range(0, 70).Select(i => ((char)('0' + i)).ToString())];

    private readonly Workshop _shop = new();

    [Theory]
    [InlineData(Workshop.Qwen)]
    [InlineData(Workshop.Gpt2)]
    public void To_the_same_tokenizer_is_the_identity(string family)
    {
        var parent = Speaking(_shop.Draw(family), Letters);
        Workshop.SameTensors(parent, Swapped(parent, parent));
    }

    [Fact]
    public void The_example_keeps_every_row_under_its_own_tokenizer() =>
        Workshop.SameTensors(CliRun.Parent, _shop.Derive(new SwapTokenizer { Folder = CliRun.Parent }, CliRun.Parent));

    [Fact]
    public void Tokens_in_another_order_take_their_rows_along()
    {
        var parent = Speaking(_shop.Draw(Workshop.Qwen), Letters);
        string[] turned = [.. Letters.Reverse()];
        var child = Swapped(parent, Speaking(_shop.NewPath, turned));
        Assert.NotEqual(Workshop.Tensors(parent), Workshop.Tensors(child));
        foreach (var matrix in new[] { "model.embed_tokens.weight", "lm_head.weight" })
            Assert.Equal(Row(parent, matrix, 3), Row(child, matrix, 66));
        Workshop.SameTensors(parent, Swapped(child, parent));
    }

    [Fact]
    public void A_new_token_is_the_mean_of_its_pieces_or_drawn()
    {
        var parent = Speaking(_shop.Draw(Workshop.Qwen), Letters);
        var other = Speaking(_shop.NewPath, [.. Letters, "ABC", "\u00e9"]);
        var child = Swapped(parent, other);
        var (a, b, c) = (Row(parent, "lm_head.weight", 17), Row(parent, "lm_head.weight", 18), Row(parent, "lm_head.weight", 19));
        Assert.All(Row(child, "lm_head.weight", 70).Select((x, i) => (x, (a[i] + b[i] + c[i]) / 3)), pair => Assert.Equal(pair.Item2, pair.x, 1e-6));
        // Nothing of é is known: the mean of all.
        Assert.InRange(Row(child, "lm_head.weight", 71).Average(Math.Abs), 0, 0.08);
        Assert.Equal(72, JsonDocument.Parse(File.ReadAllText(Path.Combine(child, "config.json"))).RootElement.GetProperty("vocab_size").GetInt32());
        Assert.Equal(File.ReadAllBytes(Path.Combine(other, "vocab.json")), File.ReadAllBytes(Path.Combine(child, "vocab.json")));
        var drawn = Row(_shop.Derive(new SwapTokenizer { Folder = other, Random = true }, parent), "lm_head.weight", 70);
        Assert.InRange(drawn.Average(x => x * x), 0.02, 0.08);
    }

    [Fact]
    public void Tokens_are_spelled_with_the_longest_pieces()
    {
        TokenTable Table(params string?[] tokens) => new("test", "bpe", [.. tokens.Select(t => t is null ? null : Encoding.UTF8.GetBytes(t))]);
        var match = new TokenMatch(Table(null, "a", "b", "ab", "abc"), 6, Table(null, "abcab", "b", "x", "ba", "zabz", null), 8);
        Assert.Equal([0], match.Pieces[0]);
        Assert.Equal([4, 3], match.Pieces[1]);
        Assert.Equal([2], match.Pieces[2]);
        Assert.Empty(match.Pieces[3]);
        Assert.Equal([2, 1], match.Pieces[4]);
        Assert.Equal([3], match.Pieces[5]);
        Assert.Empty(match.Pieces[6]);
        Assert.Empty(match.Pieces[7]);
    }

    [Fact]
    public void Special_tokens_follow_the_other_configuration()
    {
        var parent = Speaking(_shop.Draw(Workshop.Qwen.Replace("\"vocab_size\"", "\"bos_token_id\":1,\"eos_token_id\":2,\"vocab_size\"", StringComparison.Ordinal)), Letters);
        var other = Speaking(_shop.NewPath, Letters);
        File.WriteAllText(Path.Combine(other, "config.json"), """{"eos_token_id":7,"vocab_size":80}""");
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(Swapped(parent, other), "config.json"))).RootElement;
        Assert.Equal(7, config.GetProperty("eos_token_id").GetInt32());
        Assert.False(config.TryGetProperty("bos_token_id", out _));
        Assert.Equal(80, config.GetProperty("vocab_size").GetInt32());
    }

    [Fact]
    public void Without_a_tokenizer_on_either_side_it_is_refused()
    {
        var (mute, speaking) = (_shop.Draw(Workshop.Qwen), Speaking(_shop.Draw(Workshop.Qwen), Letters));
        Assert.Equal(FaultCode.DerivationUnsupported, _shop.Refused(new SwapTokenizer { Folder = speaking }, mute).Code);
        Assert.Equal(FaultCode.NotFound, _shop.Refused(new SwapTokenizer { Folder = mute }, speaking).Code);
    }

    public void Dispose() => _shop.Dispose();

    private string Swapped(string model, string tokenizer) => _shop.Derive(new SwapTokenizer { Folder = tokenizer }, model);

    private static string Speaking(string folder, string[] tokens)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(tokens));
        return folder;
    }

    private static float[] Row(string model, string tensor, int row) => [.. Workshop.Numbers(model, tensor).Skip(row * 48).Take(48)];
}
