using System.Text;
using Google.Protobuf;
using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
using Stemma.Foundation;

namespace Stemma.Tests.Anatomy;

public sealed class TokenizerTests
{
    [Fact]
    public void No_tokenizer_gives_no_table()
    {
        using var folder = new CompanionFolder();
        Assert.Null(TokenTableReader.Read(folder.Path));
        Assert.Null(TokenTableReader.Read(null));
    }

    [Fact]
    public void Byte_level_bpe_gives_bytes_and_specials_give_none() => AssertTokens("tokenizer.json", """
        {"version":"1.0","added_tokens":[{"id":3,"content":"<|im_end|>","special":true},{"id":4,"content":"<tool>","special":false}],
         "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":false}]},
         "model":{"type":"BPE","vocab":{"\u0120the":0,"\u00e4\u00bd\u0142":1,"\u010a":2},"merges":["a b",["c","d"]]}}
        """, "bpe", " the", "你", "\n", null, "<tool>");

    [Fact]
    public void Sentencepiece_style_bpe_turns_marks_into_spaces_and_hex_into_bytes() => AssertTokens("tokenizer.json", """
        {"added_tokens":[{"id":0,"content":"<unk>","special":true}],"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"}]},
         "model":{"type":"BPE","byte_fallback":true,"vocab":{"<unk>":0,"<0x0A>":1,"\u2581the":2,"ing":3},"merges":[]}}
        """, "bpe", null, "\n", " the", "ing");

    [Fact]
    public void Wordpiece_tells_word_starts_from_continuations() => AssertTokens("tokenizer.json", """
        {"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"play":1,"##ing":2,"[unused1]":3}}}
        """, "wordpiece", null, " play", "ing", null);

    [Fact]
    public void Unigram_and_files_without_a_type_are_read() => AssertTokens("tokenizer.json", """
        {"model":{"unk_id":0,"vocab":[["<unk>",0.0],["\u2581the",-3.5],["s",-4]]}}
        """, "unigram", null, " the", "s");

    [Fact]
    public void The_vocabulary_of_gpt2_form_is_known_by_its_alphabet()
    {
        using var folder = new CompanionFolder().With("merges.txt", "#version: 0.2\n");
        var letters = Enumerable.Range(0, 256).Select(b => b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : '\0').ToArray();
        var next = 0x100;
        for (var b = 0; b < 256; b++) letters[b] = letters[b] == '\0' ? (char)next++ : letters[b];
        folder.With("vocab.json", System.Text.Json.JsonSerializer.Serialize(letters.Select((letter, b) => (letter, b)).Append(('\u0000', 256))
            .ToDictionary(pair => pair.Item2 == 256 ? "\u0120the" : pair.Item1.ToString(), pair => pair.Item2)));

        var table = TokenTableReader.Read(folder.Path)!;

        for (var b = 0; b < 256; b++) Assert.Equal([(byte)b], table.Tokens[b]!);
        Assert.Equal(" the", Encoding.UTF8.GetString(table.Tokens[256]!));
        Assert.Equal("bpe", table.Kind);
    }

    [Theory]
    [InlineData("""{"stoi":{"\n":0," ":1,"a":2},"itos":{"0":"\n","1":" ","2":"a"},"vocab_size":3}""")]
    [InlineData("""{"\n":0," ":1,"a":2}""")]
    [InlineData("""{"0":"\n","1":" ","2":"a"}""")]
    [InlineData("""["\n"," ","a"]""")]
    [InlineData("""{"chars":["\n"," ","a"],"size":3}""")]
    public void Vocabularies_of_single_characters_are_read_in_every_common_form(string json) => AssertTokens("vocab.json", json, "wordlevel", "\n", " ", "a");

    [Fact]
    public void Vocab_txt_counts_lines() => AssertTokens("vocab.txt", "[PAD]\r\n##s\nthe\n", "wordpiece", null, "s", " the");

    [Fact]
    public void Tiktoken_lines_are_base64_and_rank() => AssertTokens("qwen.tiktoken", "IHRoZQ== 0\n\nIQ== 2\n", "bpe", " the", null, "!");

    [Fact]
    public void A_tokenizer_model_that_holds_tiktoken_lines_is_read_as_such() => AssertTokens("tokenizer.model", "IHRoZQ== 0\n", "bpe", " the");

    [Fact]
    public void Sentencepiece_pieces_keep_text_and_bytes_and_drop_control()
    {
        using var folder = new CompanionFolder().With("tokenizer.model", Pieces(("<unk>", 2), ("<s>", 3), ("<0xE4>", 6), ("\u2581the", 1), ("<user>", 4), ("old", 5)));
        var table = TokenTableReader.Read(folder.Path)!;
        Assert.Equal("bpe", table.Kind);
        Assert.Equal([null, null, "E4", "20746865", "3C757365723E", null], table.Tokens.Select(token => token is null ? null : Convert.ToHexString(token)));
    }

    [Fact]
    public void Of_several_files_the_most_complete_is_read()
    {
        using var folder = new CompanionFolder().With("vocab.txt", "a\n").With("vocab.json", """{"a":0}""").With("x.tiktoken", "IQ== 0\n").With("tokenizer.model", Pieces(("a", 1)));
        Assert.Equal("tokenizer.model", TokenTableReader.Read(folder.Path)!.Source);
        folder.With("tokenizer.json", """{"model":{"type":"WordLevel","vocab":{"a":0}}}""");
        Assert.Equal("tokenizer.json", TokenTableReader.Read(folder.Path)!.Source);
    }

    [Theory]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"a\":")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"a\":-1}}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"a\":4000000}}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"a\":0.5}}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"\\ud800\":0}}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"type\":\"Magic\",\"vocab\":{\"a\":0}}}")]
    [InlineData("tokenizer.json", "{}")]
    [InlineData("tokenizer.json", "[[[[")]
    [InlineData("tokenizer.json", "")]
    [InlineData("vocab.json", "{\"a\":99999999999}")]
    [InlineData("vocab.json", "7")]
    [InlineData("x.tiktoken", "IQ== zero\n")]
    [InlineData("x.tiktoken", "!! 0\n")]
    [InlineData("tokenizer.model", "\n\u007f")]
    [InlineData("tokenizer.model", "\n\u0002\n\u0005a")]
    public void A_broken_tokenizer_is_a_typed_fault(string name, string content)
    {
        using var folder = new CompanionFolder().With(name, content);
        var fault = Assert.Throws<StemmaException>(() => TokenTableReader.Read(folder.Path)).Fault;
        Assert.Equal(FaultCode.TokenizerInvalid, fault.Code);
        Assert.Equal(name, fault.File);
    }

    [Fact]
    public void Deep_nesting_is_refused_without_recursion()
    {
        using var folder = new CompanionFolder().With("tokenizer.json", "{\"decoder\":" + new string('[', 2_000_000));
        Assert.Equal(FaultCode.TokenizerInvalid, Assert.Throws<StemmaException>(() => TokenTableReader.Read(folder.Path)).Fault.Code);
    }

    [Fact]
    public void Cut_and_changed_files_give_a_table_or_a_typed_fault_and_nothing_else()
    {
        var good = Encoding.UTF8.GetBytes("""{"added_tokens":[{"id":1,"content":"x","special":true}],"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}""");
        foreach (var (reader, seed) in new (Action<byte[]>, byte[])[]
        {
            (bytes => TokenizerJson.Read("f", bytes), good), (bytes => SentencePieceModel.Read("f", bytes), Pieces(("<unk>", 2), ("\u2581the", 1), ("<0x0A>", 6))),
            (bytes => VocabularyJson.Read("f", bytes, false), good), (bytes => TokenLines.ReadTiktoken("f", bytes), "IHRoZQ== 0\nIQ== 2\n"u8.ToArray()),
        })
        {
            for (var i = 0; i < seed.Length * 8; i++)
            {
                var bytes = (byte[])seed.Clone();
                bytes[i / 8] ^= (byte)(1 << (i % 8));
                foreach (var input in new[] { bytes, seed[..(i / 8)] })
                {
                    var thrown = Record.Exception(() => reader(input));
                    Assert.True(thrown is null or StemmaException, thrown?.ToString());
                }
            }
        }
    }

    private static void AssertTokens(string name, string content, string kind, params string?[] expected)
    {
        using var folder = new CompanionFolder().With(name, content);
        var table = TokenTableReader.Read(folder.Path)!;
        Assert.Equal(expected, table.Tokens.Select(token => token is null ? null : Encoding.UTF8.GetString(token)));
        Assert.Equal((name, kind), (table.Source, table.Kind));
    }

    private static byte[] Pieces(params (string Text, int Type)[] pieces)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var (text, type) in pieces)
            {
                using var inner = new MemoryStream();
                using (var piece = new CodedOutputStream(inner, leaveOpen: true))
                {
                    piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    piece.WriteString(text);
                    piece.WriteTag(2, WireFormat.WireType.Fixed32);
                    piece.WriteFloat(-1);
                    piece.WriteTag(3, WireFormat.WireType.Varint);
                    piece.WriteEnum(type);
                }

                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(inner.ToArray()));
            }

            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(3 << 3, 2));
        }

        return stream.ToArray();
    }
}
