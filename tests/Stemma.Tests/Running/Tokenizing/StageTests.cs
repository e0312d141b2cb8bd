using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stemma.Anatomy.Tokenizers;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;
using Stemma.Running.Tokenizing.Files;
using Stemma.Running.Tokenizing.Stages;
using Stemma.Running.Tokenizing.Unicode;
using static Stemma.Tests.Running.Tokenizing.SmallTokenizers;

namespace Stemma.Tests.Running.Tokenizing;

public sealed class StageTests
{
    /// <summary>SHA-256 over the normal form of every character of the blocks that have decompositions, one a line, from Python 3.11's unicodedata (Unicode 14).</summary>
    [Theory]
    [InlineData(NormalizationForm.FormC, "E8CF3BED1E2D7EC60D8738230308AF6AEB3D3D289C39D63320851C3D4BB5ED66")]
    [InlineData(NormalizationForm.FormD, "E2C118CF2515C4D4023386E2157FE335CC83ADD6F0BA4A5A22CE2CF2D6070226")]
    [InlineData(NormalizationForm.FormKC, "04A788A2FA50F5BD168CFB67028CF26DA8C9C97D8B80DAE4CFEA29604EB82AF9")]
    [InlineData(NormalizationForm.FormKD, "DFE69C94680E99F01561D76BAB1A86F567FC8B74D0B9319259A013187124D36F")]
    public void Every_character_is_normalised_as_unicode_says(NormalizationForm form, string digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (start, end) in new[] { (0, 0x3400), (0xA000, 0xAD00), (0xF900, 0x10000), (0x11000, 0x12000), (0x1D000, 0x1E000), (0x1F100, 0x1F300), (0x2F800, 0x2FA20) })
        {
            for (var code = start; code < end; code++) hash.AppendData(Encoding.UTF8.GetBytes(TextNormalization.Normalize(new Rune(code).ToString(), form) + "\n"));
        }

        Assert.Equal(digest, Convert.ToHexString(hash.GetHashAndReset()));
    }

    [Theory]
    [InlineData("e\u0301\u0327", "\u0229\u0301")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("a\u0300\u0301", "\u00E0\u0301")]
    [InlineData("\u0301e", "\u0301e")]
    public void Marks_are_ordered_and_composed(string text, string expected) => Assert.Equal(expected, TextNormalization.Normalize(text, NormalizationForm.FormC));

    [Theory]
    [InlineData("""{"type":"Whitespace"}""", "ab, c_d!", "ab|,|c_d|!")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " ab,  c ", "ab,|c")]
    [InlineData("""{"type":"BertPreTokenizer"}""", "ab,c $d", "ab|,|c|$|d")]
    [InlineData("""{"type":"Punctuation"}""", "a.b", "a|.|b")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12b", "a|1|2|b")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12b", "a|12|b")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"-"}""", "a-b", "a|b")]
    [InlineData("""{"type":"FixedLength","length":2}""", "abcde", "ab|cd|e")]
    [InlineData("""{"type":"Metaspace"}""", "a b", "▁a|▁b")]
    [InlineData("""{"type":"Metaspace","prepend_scheme":"never"}""", "a b", "a|▁b")]
    [InlineData("""{"type":"Metaspace","prepend_scheme":"first","split":false}""", "a b", "▁a▁b")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated"}""", "a-b-", "a|-|b|-")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious"}""", "a--b", "a-|-|b")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext"}""", "a--b", "a|-|-b")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous"}""", "a--b", "a|--|b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true}""", "ab 12 cd", "ab|cd")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits"}]}""", "a1 2b", "a|1|2|b")]
    public void Text_is_cut_as_the_section_says(string section, string text, string expected) =>
        Assert.Equal(expected.Split('|'), PreTokenizerFactory.Make(Section(section))(new(text, AtStart: true)).Select(piece => piece.Text));

    [Theory]
    [InlineData("""{"type":"Lowercase"}""", "ÀB𐐀İ", "àb𐐨i\u0307")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " a ", "a ")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}""", "éà", "ea")]
    [InlineData("""{"type":"BertNormalizer","lowercase":true}""", "É\u0000中\tx", "e 中  x")]
    [InlineData("""{"type":"BertNormalizer","lowercase":true,"strip_accents":false,"handle_chinese_chars":false}""", "É中", "é中")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"_"}""", "a   b c", "a_b c")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "a", "▁a")]
    [InlineData("""{"type":"NFKC"}""", "ﬁ①", "fi1")]
    [InlineData("""{"type":"Nmt"}""", "a\u0001\u200B", "a ")]
    [InlineData("""{"type":"ByteLevel"}""", "é ", "Ã©Ġ")]
    public void Text_is_normalised_as_the_section_says(string section, string text, string expected) => Assert.Equal(expected, NormalizerFactory.Make(Section(section))(text));

    [Theory]
    [InlineData("null", "a b")]
    [InlineData("""{"type":"Metaspace"}""", "ab")]
    [InlineData("""{"type":"WordPiece","prefix":"b","cleanup":true}""", "a")]
    [InlineData("""{"type":"BPEDecoder","suffix":"a"}""", " b")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"a","start":1,"stop":0}]}""", "b")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"a"},"content":"xx"},{"type":"Strip","content":"x","start":1,"stop":0}]}""", "xb")]
    public void Tokens_are_put_together_as_the_section_says(string decoder, string expected) => Assert.Equal(expected, Words(["a", "b"], decoder: decoder).Decode([0, 1]));

    [Theory]
    [InlineData("normalizer", """{"type":"Shout"}""", "Shout")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "UnicodeScripts")]
    [InlineData("decoder", """{"type":"CTC"}""", "CTC")]
    [InlineData("post_processor", """{"type":"Stamp"}""", "Stamp")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[a&&[b]]"},"behavior":"Isolated"}""", "intersection")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[[:alpha:]]"},"behavior":"Isolated"}""", "a set inside a set")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"}""", "Han")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\ba"},"behavior":"Isolated"}""", "the escape \\b")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?<name>a)"},"behavior":"Isolated"}""", "group")]
    public void What_is_not_done_is_refused_by_name(string place, string section, string name)
    {
        var json = ByteLevel();
        json[place] = System.Text.Json.Nodes.JsonNode.Parse(section);
        var fault = Assert.Throws<StemmaException>(() => Open(json)).Fault;
        Assert.Equal(FaultCode.TokenizerUnsupported, fault.Code);
        Assert.Contains(name, fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_match_characters_beyond_the_first_plane_by_their_category()
    {
        Assert.Equal([(0, 1), (1, 4), (5, 2)], TokenPattern.Of("f", @"\p{L}+|\p{N}|[^\p{L}\p{N}]").Matches("1𠀀𐐀🦙"));
        Assert.Equal([(0, 3)], TokenPattern.Of("f", @"a\p{So}").Matches("a🦙"));
    }

    [Fact]
    public void Possessive_quantifiers_and_line_ends_mean_what_the_file_means()
    {
        Assert.Empty(TokenPattern.Of("f", "(ab|a)++b").Matches("ab"));
        Assert.Equal([(0, 1)], TokenPattern.Of("f", "a{1,2}$").Matches("a\nb"));
        Assert.Equal([(2, 1)], TokenPattern.Of("f", "^b").Matches("a\nb"));
    }

    [Fact]
    public void Stand_ins_have_the_category_they_stand_for()
    {
        foreach (var code in new[] { 0x10400, 0x10428, 0x16B40, 0x20000, 0x1E2EC, 0x1D166, 0x1E950, 0x10140, 0x10107, 0x110BD, 0xF0000, 0x10EAD, 0x10100, 0x1D6DB, 0x1E2FF, 0x1F3FB, 0x1F999, 0x1FFFF })
        {
            var text = new Rune(code).ToString();
            var category = Rune.GetUnicodeCategory(new Rune(code));
            Assert.Equal([(0, text.Length)], TokenPattern.Of("f", @"\p{" + Short(category) + "}").Matches(text));
        }
    }

    [Fact]
    public void Tokens_are_set_around_a_text_as_the_template_says()
    {
        var tokenizer = Words(["a", "[C]", "[S]"], postProcessor: """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"C","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"S","type_id":0}}],"special_tokens":{"C":{"ids":[1]},"S":{"ids":[2]}}}""");
        Assert.Equal([1, 0, 2], tokenizer.Encode("a", addSpecialTokens: true));
        Assert.Equal([0], tokenizer.Encode("a"));
        Assert.Equal([1, 0, 2], Words(["a", "[C]", "[S]"], postProcessor: """{"type":"BertProcessing","cls":["[C]",1],"sep":["[S]",2]}""").Encode("a", addSpecialTokens: true));
    }

    [Theory]
    [InlineData("""{"id":1,"content":"<x>","lstrip":true}""", "a <x> a", "0 1 2 0")]
    [InlineData("""{"id":1,"content":"<x>","rstrip":true}""", "a <x> a", "0 2 1 0")]
    [InlineData("""{"id":1,"content":"x","single_word":true}""", "ax x", "0 3 2 1")]
    [InlineData("""{"id":1,"content":"A","normalized":true}""", "aA", "1 1")]
    public void Added_tokens_take_the_space_and_the_place_they_ask_for(string added, string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Words(["a", "[X]", " ", "x"], normalizer: """{"type":"Lowercase"}""", preTokenizer: """{"type":"FixedLength","length":1}""", added: $"[{added}]").Encode(text)));

    [Fact]
    public void Bert_cuts_words_from_the_left()
    {
        var tokenizer = Open("vocab.txt", Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\nplay\n##ing\n##s\n中\n,\n"));
        Assert.Equal([2, 4, 5, 8, 7, 7, 1, 3], tokenizer.Encode("Playing, 中中 playx", addSpecialTokens: true));
        Assert.Equal("playing, 中 plays", tokenizer.Decode(tokenizer.Encode("PLAYING , 中 plays")));
        var gguf = TextTokenizer.Of(new()
        {
            Source = "m.gguf",
            Model = "bert",
            Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁play", "ing", "s", "▁中", "▁,"],
            Types = [3, 2, 3, 3, 1, 1, 1, 1, 1],
            Unknown = 1,
            Classifier = 2,
            Separator = 3,
        });
        Assert.Equal([2, 4, 5, 8, 7, 7, 1, 3], gguf.Encode("Playing, 中中 playx", addSpecialTokens: true));
    }

    [Fact]
    public void Vocabularies_of_single_characters_run()
    {
        var tokenizer = Open("vocab.json", "{\"a\":0,\"𝄞\":1,\" \":2}"u8.ToArray());
        Assert.Equal([0, 1, 2, 0], tokenizer.Encode("a𝄞 a"));
        Assert.Equal("a𝄞 a", tokenizer.Decode([0, 1, 2, 0]));
        Assert.Equal(FaultCode.TextNotEncodable, Assert.Throws<StemmaException>(() => tokenizer.Encode("b")).Fault.Code);
    }

    [Fact]
    public void A_changed_file_gives_a_tokenizer_or_a_typed_fault()
    {
        var json = ByteLevel("h e", "l l");
        json["normalizer"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}]}""");
        var seed = Encoding.UTF8.GetBytes(json.ToJsonString());
        var dice = new Random(5);
        for (var round = 0; round < 400; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var i = 0; i < 3; i++) bytes[dice.Next(bytes.Length)] = (byte)dice.Next(256);
            var thrown = Record.Exception(() => new TextTokenizer(TokenizerJsonFile.Plan("f", bytes)).Encode("hello"));
            Assert.True(thrown is null or StemmaException, thrown?.ToString());
        }
    }

    private static JsonPart Section(string json) => new("f", "section", System.Text.Json.JsonDocument.Parse(json).RootElement);

    private static string Short(UnicodeCategory category) => "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn".Split(' ')[(int)category];
}
