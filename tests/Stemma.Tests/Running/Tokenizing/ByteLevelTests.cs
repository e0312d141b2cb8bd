using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;
using Stemma.Tests.Anatomy;
using static Stemma.Tests.Running.Tokenizing.SmallTokenizers;

namespace Stemma.Tests.Running.Tokenizing;

public sealed class ByteLevelTests
{
    private static readonly string[] Merges = ["h e", "l l", "he ll", "hell o", "\u0120 w", "o r", "\u0120w or", "a a", "aa aa"];
    private static readonly TextTokenizer Small = Open(ByteLevel(Merges));

    [Fact]
    public void What_is_encoded_comes_back() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
    {
        var whole = string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
        return Small.Decode(Small.Encode(text, readSpecialTokens: false)) == whole && Streamed(Small, Small.Encode(text)) == Small.Decode(Small.Encode(text));
    }));

    [Fact]
    public void Streaming_any_ids_gives_what_decoding_at_once_gives() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, Small.Size - 1).ArrayOf().ToArbitrary(), ids => Streamed(Small, ids) == Small.Decode(ids)));

    [Fact]
    public void Half_a_character_is_held_back()
    {
        var decoding = Small.StartDecoding();
        var ids = Small.Encode("é€𝄞");
        Assert.Equal(["", "é", "", "", "€", "", "", "", "𝄞"], ids.Select(decoding.Add));
        decoding = Small.StartDecoding();
        Assert.Equal(["", "", "\uFFFD"], [decoding.Add(ids[2]), decoding.Add(ids[3]), decoding.Finish()]);
    }

    [Fact]
    public void The_queue_merges_as_scanning_again_after_each_merge_does() => Check.QuickThrowOnFailure(Prop.ForAll(Gen.Elements('h', 'e', 'l', 'o', 'a', 'w', 'r').ArrayOf().ToArbitrary(), letters =>
    {
        var text = new string(letters);
        return Naive(letters.Select(letter => letter.ToString()).ToList()).SequenceEqual(Small.Cut(text));
    }));

    [Fact]
    public void Words_are_cut_before_they_are_merged()
    {
        Assert.Equal(["hello", " wor", "l", "d"], Small.Cut("hello world"));
        Assert.Equal(["hello", "<|end|>", "hello"], Small.Cut("hello<|end|>hello"));
        Assert.Equal("hello<|end|>", Small.Decode(Small.Encode("hello<|end|>")));
        Assert.Equal("hello", Small.Decode(Small.Encode("hello<|end|>"), skipSpecialTokens: true));
        Assert.DoesNotContain(Small.Size - 1, Small.Encode("<|end|>", readSpecialTokens: false));
    }

    [Fact]
    public void A_long_text_of_one_letter_is_no_trouble()
    {
        // Scanning again after each merge would take 10^10 steps.
        var ids = Small.Encode(new string('a', 1 << 18));
        Assert.Equal(1 << 16, ids.Length);
        Assert.Equal(1 << 18, Small.Decode(ids).Length);
    }

    [Fact]
    public void Both_forms_of_merges_and_the_bare_tables_cut_alike()
    {
        var pairs = ByteLevel(Merges);
        pairs["model"]!["merges"] = new JsonArray([.. Merges.Select(merge => (JsonNode)new JsonArray([.. merge.Split(' ').Select(part => (JsonNode)part)]))]);
        using var folder = new CompanionFolder().With("vocab.json", ByteLevel(Merges)["model"]!["vocab"]!.ToJsonString()).With("merges.txt", "#version: 0.2\n" + string.Join('\n', Merges) + "\n");
        var lines = new StringBuilder();
        for (var id = 0; id < Small.Size - 1; id++) lines.Append(Convert.ToBase64String(Bytes(id))).Append(' ').Append(id).Append('\n');
        var gguf = TextTokenizer.Of(new()
        {
            Source = "m.gguf",
            Model = "gpt2",
            PreTokenizer = "gpt-2",
            Merges = Merges,
            Tokens = [.. Enumerable.Range(0, Small.Size).Select(Spelling)],
            Types = [.. Enumerable.Range(0, Small.Size).Select(id => id == Small.Size - 1 ? 3 : 1)],
        });
        foreach (var text in new[] { "hello world", "aaaaaaa ör 漢字 12", " \n\n x" })
        {
            var expected = Small.Encode(text);
            Assert.Equal(expected, Open(pairs).Encode(text));
            Assert.Equal(expected, TextTokenizer.Open(folder.Path)!.Encode(text));
            Assert.Equal(expected, gguf.Encode(text));
            if (!text.Contains('\n', StringComparison.Ordinal)) Assert.Equal(expected, Open("x.tiktoken", Encoding.ASCII.GetBytes(lines.ToString())).Encode(text));
        }
    }

    [Fact]
    public void A_piece_that_is_a_token_needs_no_merges_when_the_file_says_so()
    {
        var json = ByteLevel("h e");
        json["model"]!["vocab"]!["hello"] = 300;
        Assert.Equal(["he", "l", "l", "o"], Open(json).Cut("hello"));
        json["model"]!["ignore_merges"] = true;
        Assert.Equal(["hello"], Open(json).Cut("hello"));
    }

    [Fact]
    public void A_pattern_of_the_file_cuts_before_the_bytes_are_merged()
    {
        // As Llama 3 has it: the pattern first, then bytes without GPT-2's.
        var json = ByteLevel("1 2", "12 3", "123 4", "\u0120 x");
        json["pre_tokenizer"] = JsonNode.Parse("""{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}""");
        Assert.Equal(["123", "4", "12"], Open(json).Cut("123412"));
        Assert.Equal([" ", " x"], Open(json).Cut("  x"));
        Assert.Equal(["1234", "12"], Open(ByteLevel("1 2", "12 3", "123 4")).Cut("123412"));
    }

    [Theory]
    [InlineData("""["a"]""")]
    [InlineData("""["a b c"]""")]
    [InlineData("""["zz y"]""")]
    [InlineData("""[7]""")]
    [InlineData("""[["a", null]]""")]
    public void Merges_that_make_no_token_are_refused(string merges)
    {
        var json = ByteLevel();
        json["model"]!["merges"] = JsonNode.Parse(merges);
        Assert.Equal(FaultCode.TokenizerInvalid, Assert.Throws<StemmaException>(() => Open(json)).Fault.Code);
    }

    [Fact]
    public void An_id_that_is_no_token_is_refused()
    {
        foreach (var id in new[] { -1, Small.Size, int.MaxValue })
            Assert.Equal(FaultCode.TokenUnknown, Assert.Throws<StemmaException>(() => Small.Decode([id])).Fault.Code);
    }

    [Fact]
    public void Text_without_a_way_to_write_it_is_refused_and_not_dropped()
    {
        var json = ByteLevel();
        json["model"]!["vocab"]!.AsObject().Remove("q");
        Assert.Equal(FaultCode.TextNotEncodable, Assert.Throws<StemmaException>(() => Open(json).Encode("quick")).Fault.Code);
    }

    private static string Spelling(int id) => id == Small.Size - 1 ? "<|end|>" : ByteLevel(Merges)["model"]!["vocab"]!.AsObject().First(entry => (int)entry.Value! == id).Key;

    private static byte[] Bytes(int id) => Stemma.Anatomy.Tokenizers.ByteAlphabet.Decode(Spelling(id))!;

    private static string Streamed(TextTokenizer tokenizer, int[] ids)
    {
        var decoding = tokenizer.StartDecoding();
        return string.Concat(ids.Select(decoding.Add)) + decoding.Finish();
    }

    /// <summary>The definition: the best pair anywhere, the leftmost of equals, again and again.</summary>
    private static List<string> Naive(List<string> parts)
    {
        while (true)
        {
            var best = Enumerable.Range(0, Math.Max(0, parts.Count - 1)).Select(at => (Rank: Array.IndexOf(Merges, parts[at] + " " + parts[at + 1]), at)).Where(pair => pair.Rank >= 0).Order().FirstOrDefault((-1, -1));
            if (best.Item1 < 0) return parts;
            parts[best.Item2] += parts[best.Item2 + 1];
            parts.RemoveAt(best.Item2 + 1);
        }
    }
}
