using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;
using Stemma.Running.Tokenizing.Stages;
using Stemma.Tests.Support;
using static Stemma.Tests.Running.Tokenizing.SmallTokenizers;

namespace Stemma.Tests.Running.Tokenizing;

public sealed class SentencePieceTests
{
    private static readonly (string, float, int)[] Start = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)];
    private static readonly (string, float, int)[] Bytes = [.. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6))];
    private static readonly (string, float, int)[] Words = [("▁", -1, 1), ("h", -9, 1), ("e", -9, 1), ("l", -9, 1), ("o", -9, 1), ("ll", -2, 1), ("he", -3, 1), ("llo", -4, 1), ("▁hello", -6, 1), ("hello", -5, 1), ("▁h", -7, 1)];
    private static readonly TextTokenizer Bpe = Open("tokenizer.model", PieceFile.Write(2, true, (true, false), null, [.. Start, .. Bytes, .. Words]));
    private static readonly TextTokenizer Unigram = Open("tokenizer.model", PieceFile.Write(1, true, (true, false), null, [.. Start, .. Bytes, .. Words]));

    [Fact]
    public void The_best_piece_merges_first()
    {
        // ll, he, llo, hello, then ▁ and hello: scores -2, -3, -4, -5, -6.
        Assert.Equal(["▁hello"], Spelled(Bpe, "hello"));
        Assert.Equal(["▁", "he", "ll"], Spelled(Bpe, "hell"));
        Assert.Equal(["▁", "<0xC3>", "<0xA9>", "l"], Spelled(Bpe, "él"));
    }

    [Fact]
    public void The_likeliest_cut_wins()
    {
        // ▁hello -6 against ▁ + hello -6: of equals the one that starts first.
        Assert.Equal(["▁hello"], Spelled(Unigram, "hello"));
        Assert.Equal(["▁", "he", "ll"], Spelled(Unigram, "hell"));
        Assert.Equal(["▁", "<0xF0>", "<0x9D>", "<0x84>", "<0x9E>"], Spelled(Unigram, "𝄞"));
    }

    [Fact]
    public void Dynamic_programming_finds_what_trying_every_cut_finds() => Check.QuickThrowOnFailure(Prop.ForAll(Gen.Elements('h', 'e', 'l', 'o').ArrayOf(9).ToArbitrary(), letters =>
    {
        var text = "▁" + new string(letters);
        var scores = Words.ToDictionary(word => word.Item1, word => (double)word.Item2);
        return Math.Abs(Spelled(Unigram, new string(letters)).Sum(piece => scores[piece]) - Best(text, scores)) < 1e-6;
    }));

    [Fact]
    public void What_is_encoded_comes_back() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null && !text.Contains('\u2581', StringComparison.Ordinal)), text =>
    {
        var whole = string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
        return new[] { Bpe, Unigram }.All(tokenizer => tokenizer.Decode(tokenizer.Encode(text, readSpecialTokens: false)) == whole);
    }));

    [Fact]
    public void Control_tokens_are_read_and_decoded_to_nothing()
    {
        Assert.Equal([1, Bpe.Find("▁hello")!.Value, 2], Bpe.Encode("<s>hello</s>"));
        Assert.Equal("hello", Bpe.Decode(Bpe.Encode("<s>hello</s>")));
        Assert.Equal((1, 2), (Bpe.BeginningOfText, Bpe.EndOfText));
        var adds = Open("tokenizer.model", PieceFile.Write(2, true, (true, false), null, [.. Start, .. Bytes, .. Words]), """{"bos_token":{"content":"<s>"},"add_bos_token":true,"eos_token":"</s>"}""");
        Assert.Equal([1, Bpe.Find("▁hello")!.Value], adds.Encode("hello", addSpecialTokens: true));
    }

    [Fact]
    public void Unknown_letters_in_a_row_are_one_unknown_token()
    {
        foreach (var type in new[] { 1, 2 })
        {
            var tokenizer = Open("tokenizer.model", PieceFile.Write(type, false, (true, false), null, [.. Start, .. Words]));
            Assert.Equal(["▁", "<unk>", "h", "<unk>"], Spelled(tokenizer, "xyhz"));
            Assert.Equal(" ⁇ h ⁇ ", tokenizer.Decode(tokenizer.Encode("xyhz")));
        }
    }

    [Fact]
    public void User_defined_pieces_are_never_cut_and_unused_ones_are_taken_apart()
    {
        (string, float, int)[] pieces = [.. Start, .. Words, ("ell", 0, 4), ("oo", -1, 5)];
        Assert.Equal(["▁h", "ell", "o"], Spelled(Open("tokenizer.model", PieceFile.Write(2, false, (true, false), null, pieces)), "hello"));
        Assert.Equal(["▁h", "ell", "o", "o"], Spelled(Open("tokenizer.model", PieceFile.Write(2, false, (true, false), null, pieces)), "helloo"));
    }

    [Theory]
    [InlineData(true, true, "  hello   h ", "▁hello ▁h")]
    [InlineData(true, false, "hello ", "▁hello ▁")]
    [InlineData(false, false, "hello", "hello")]
    [InlineData(false, true, " hello ", "hello")]
    public void Spaces_are_treated_as_the_file_says(bool dummy, bool remove, string text, string expected) =>
        Assert.Equal(expected.Split(' '), Spelled(Open("tokenizer.model", PieceFile.Write(2, true, (dummy, remove), null, [.. Start, .. Bytes, .. Words])), text));

    [Fact]
    public void Compiled_rules_replace_the_longest_that_fits()
    {
        // A double array by hand: "A" leads to "a", "AB" to "h", found over 0x41 and 0x42.
        var map = new CharacterMap("m", Rules());
        Assert.Equal("ahxé", map.Replace("AABxé"));
        Assert.Equal("aaBx", map.ReplaceByCharacter("AABx"));
        var tokenizer = Open("tokenizer.model", PieceFile.Write(2, true, (true, false), Rules(), [.. Start, .. Bytes, .. Words]));
        Assert.Equal(["▁", "he"], Spelled(tokenizer, "ABe"));
    }

    [Fact]
    public void Broken_rules_are_refused()
    {
        for (var cut = 0; cut < Rules().Length; cut++)
        {
            var thrown = Record.Exception(() => new CharacterMap("m", Rules().AsSpan(0, cut)).Replace("AAB"));
            Assert.True(thrown is null or StemmaException { Fault.Code: FaultCode.TokenizerInvalid }, thrown?.ToString());
        }
    }

    [Fact]
    public void A_long_text_of_one_letter_is_no_trouble()
    {
        foreach (var tokenizer in new[] { Bpe, Unigram }) Assert.Equal(1 << 16, tokenizer.Encode(new string('h', 1 << 16)).Length);
    }

    [Fact]
    public void Models_of_words_or_characters_are_refused_by_name()
    {
        var fault = Assert.Throws<StemmaException>(() => Open("tokenizer.model", PieceFile.Write(4, false, null, null, Start))).Fault;
        Assert.Equal(FaultCode.TokenizerUnsupported, fault.Code);
        Assert.Contains("type 4", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_a_weight_file_give_the_same()
    {
        (string Text, float Score, int Type)[] pieces = [.. Start, .. Bytes, .. Words];
        foreach (var (model, expected) in new[] { ("llama", Bpe), ("t5", Unigram) })
        {
            var tokenizer = TextTokenizer.Of(new()
            {
                Source = "m.gguf",
                Model = model,
                Tokens = [.. pieces.Select(piece => piece.Text)],
                Scores = [.. pieces.Select(piece => piece.Score)],
                Types = [.. pieces.Select(piece => piece.Type)],
                Unknown = 0,
                BeginningOfText = 1,
                EndOfText = 2,
            });
            foreach (var text in new[] { "hello hell", "él  </s>", "" }) Assert.Equal(expected.Encode(text), tokenizer.Encode(text));
        }
    }

    private static string[] Spelled(TextTokenizer tokenizer, string text)
    {
        (string Text, float, int)[] extra = [("ell", 0, 0), ("oo", 0, 0)];
        var names = Start.Concat(Bytes).Concat(Words).Concat(extra).Select(piece => piece.Item1).Where(name => tokenizer.Find(name) is not null).ToDictionary(name => tokenizer.Find(name)!.Value);
        return [.. tokenizer.Encode(text).Select(id => names[id])];
    }

    private static double Best(string text, Dictionary<string, double> scores) => text.Length == 0 ? 0
        : Enumerable.Range(1, text.Length).Where(length => scores.ContainsKey(text[..length])).Select(length => scores[text[..length]] + Best(text[length..], scores)).DefaultIfEmpty(double.NegativeInfinity).Max();

    private static byte[] Rules()
    {
        // Unit: label in the low byte, bit 8 "a value follows", offset from bit 10. The root's children stand at 0x80 xor their letter.
        var units = new uint[256];
        units[0] = 0x80u << 10;
        units[0x80 ^ 0x41] = 0x41 | (1u << 8) | (0x10u << 10);
        var first = 0x80 ^ 0x41 ^ 0x10;
        units[first] = 0x80000000;
        units[first ^ 0x42] = 0x42 | (1u << 8) | (0x20u << 10);
        units[first ^ 0x42 ^ 0x20] = 0x80000000 | 2;
        var blob = new byte[4 + (units.Length * 4)];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, (uint)(units.Length * 4));
        for (var i = 0; i < units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + (i * 4)), units[i]);
        return [.. blob, .. Encoding.ASCII.GetBytes("a\0h\0")];
    }
}
