using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Checkpoints.Gguf;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

/// <summary>Files made to break a reader of GGUF; several are the published holes of other readers (TALOS-2024-1912 to 1916, CVE-2025-53630, CVE-2026-27940, CVE-2026-7482).</summary>
public sealed class GgufAttacks : IDisposable
{
    private const ulong Huge = ulong.MaxValue;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static GgufBytes Plain => new GgufBytes().Key("general.architecture", "llama").Floats("a", [4], [1, 2, 3, 4]);

    private static readonly Dictionary<string, (Func<byte[]> File, FaultCode Expected)> Stories = new()
    {
        ["version 1"] = (() => new GgufBytes { Version = 1 }.ToArray(), FaultCode.GgufVersion),
        ["version 4"] = (() => new GgufBytes { Version = 4 }.ToArray(), FaultCode.GgufVersion),
        ["version 0"] = (() => new GgufBytes { Version = 0 }.ToArray(), FaultCode.GgufVersion),
        ["big-endian"] = (() => new GgufBytes { Version = 3 << 24 }.ToArray(), FaultCode.GgufByteOrder),
        ["four bytes"] = (() => "GGUF"u8.ToArray(), FaultCode.GgufTruncated),
        ["no counts"] = (() => Plain.ToArray()[..12], FaultCode.GgufTruncated),
        ["tensors without end"] = (() => new GgufBytes { TensorCount = Huge }.ToArray(), FaultCode.GgufTooLarge),
        ["more tensors than bytes"] = (() => new GgufBytes { TensorCount = 900_000 }.ToArray(), FaultCode.GgufTruncated),
        ["keys without end"] = (() => new GgufBytes { KeyCount = Huge }.ToArray(), FaultCode.GgufTooLarge),
        ["a negative count of keys"] = (() => new GgufBytes { KeyCount = 1UL << 63 }.ToArray(), FaultCode.GgufTooLarge),
        ["more keys than bytes"] = (() => new GgufBytes { KeyCount = 60_000 }.ToArray(), FaultCode.GgufTruncated),
        ["one key too many"] = (() => new GgufBytes { KeyCount = 2 }.Key("a", 1).Floats("t", [1], [1]).ToArray(), FaultCode.GgufBadKey),
        ["a key's length wraps round"] = (() => new GgufBytes().Raw([.. GgufBytes.U64(Huge), 65]).ToArray(), FaultCode.GgufTruncated),
        ["a key's length of 2^63"] = (() => new GgufBytes().Raw([.. GgufBytes.U64(1UL << 63), .. new byte[40]]).ToArray(), FaultCode.GgufTooLarge),
        ["a text's length wraps round"] = (() => new GgufBytes().Key("a", 8, [.. GgufBytes.U64(Huge - 7)]).ToArray(), FaultCode.GgufTooLarge),
        ["a text beyond the file"] = (() => new GgufBytes().Key("a", 8, [.. GgufBytes.U64(1 << 20)]).ToArray(), FaultCode.GgufTruncated),
        ["a list beyond the file"] = (() => new GgufBytes().Key("a", 9, [.. GgufBytes.U32(12), .. GgufBytes.U64(1 << 20)]).ToArray(), FaultCode.GgufTruncated),
        ["a list whose size wraps round"] = (() => new GgufBytes().Key("a", 9, [.. GgufBytes.U32(12), .. GgufBytes.U64((Huge / 8) + 1)]).ToArray(), FaultCode.GgufTooLarge),
        ["a list of texts beyond the file"] = (() => new GgufBytes().Key("a", 9, [.. GgufBytes.U32(8), .. GgufBytes.U64(1 << 29)]).ToArray(), FaultCode.GgufTruncated),
        ["a list of lists"] = (() => new GgufBytes().Key("a", 9, [.. GgufBytes.U32(9), .. GgufBytes.U64(1), .. GgufBytes.U32(9), .. new byte[64]]).ToArray(), FaultCode.GgufNestedArray),
        ["a list of nothing known"] = (() => new GgufBytes().Key("a", 9, [.. GgufBytes.U32(13), .. GgufBytes.U64(1)]).ToArray(), FaultCode.GgufBadKey),
        ["a value type of 13"] = (() => new GgufBytes().Key("a", 13, [0, 0]).ToArray(), FaultCode.GgufBadKey),
        ["a negative value type"] = (() => new GgufBytes().Key("a", -1, new byte[8]).ToArray(), FaultCode.GgufBadKey),
        ["a truth value of 2"] = (() => new GgufBytes().Key("a", 7, [2]).Key("b", 1).ToArray(), FaultCode.GgufBadKey),
        ["a tensor without a name"] = (() => new GgufBytes().Floats("", [1], [1]).ToArray(), FaultCode.GgufBadKey),
        ["an empty key"] = (() => new GgufBytes().Key("", 1).ToArray(), FaultCode.GgufBadKey),
        ["a key twice"] = (() => new GgufBytes().Key("a", 1).Key("a", 2).ToArray(), FaultCode.GgufDuplicate),
        ["a key that is no text"] = (() => new GgufBytes().Raw([.. GgufBytes.Text([0xC0, 0xAF]), .. GgufBytes.U32(4), .. GgufBytes.U32(1)]).ToArray(), FaultCode.GgufNotText),
        ["a value that is no text"] = (() => new GgufBytes().Key("a", 8, GgufBytes.Text([0xFF, 0xFE])).ToArray(), FaultCode.GgufNotText),
        ["half of a surrogate pair"] = (() => new GgufBytes().Key("a", 8, GgufBytes.Text([0xED, 0xA0, 0x80])).ToArray(), FaultCode.GgufNotText),
        ["a tensor's name that is no text"] = (() => new GgufBytes { TensorCount = 1 }.Raw([.. GgufBytes.Text("k"), .. GgufBytes.U32(4), .. GgufBytes.U32(1), .. GgufBytes.Text([0xFF]), .. new byte[64]]).ToArray(), FaultCode.GgufNotText),
        ["a tensor's name of 64 bytes"] = (() => new GgufBytes().Floats(new string('n', 64), [1], [1]).ToArray(), FaultCode.GgufTooLarge),
        ["a tensor twice"] = (() => Plain.Floats("a", [1], [1]).ToArray(), FaultCode.GgufDuplicate),
        ["five dimensions"] = (() => new GgufBytes().Tensor("a", 0, [1, 1, 1, 1, 1], new byte[4]).ToArray(), FaultCode.GgufBadShape),
        ["255 dimensions"] = (() => new GgufBytes { Dimensions = 255 }.Floats("a", [1], [1]).ToArray(), FaultCode.GgufBadShape),
        ["a negative size"] = (() => new GgufBytes().Tensor("a", 0, [Huge], []).ToArray(), FaultCode.GgufBadShape),
        ["sizes whose product wraps round"] = (() => new GgufBytes().Tensor("a", 0, [1UL << 32, 1UL << 32], []).ToArray(), FaultCode.GgufBadShape),
        ["a product hidden by a zero"] = (() => new GgufBytes().Tensor("a", 0, [1UL << 40, 1UL << 40, 0], []).ToArray(), FaultCode.GgufBadShape),
        ["bytes above 2^63"] = (() => new GgufBytes().Tensor("a", 28, [1UL << 62], []).ToArray(), FaultCode.GgufBadShape),
        ["rows of broken blocks"] = (() => new GgufBytes().Tensor("a", 12, [255, 256], new byte[144 * 255]).ToArray(), FaultCode.GgufBadShape),
        ["a type that was taken out"] = (() => new GgufBytes().Tensor("a", 4, [32], new byte[20]).ToArray(), FaultCode.GgufUnknownType),
        ["a type that nobody has"] = (() => new GgufBytes().Tensor("a", 43, [32], new byte[20]).ToArray(), FaultCode.GgufUnknownType),
        ["a negative type"] = (() => new GgufBytes().Tensor("a", -1, [32], new byte[20]).ToArray(), FaultCode.GgufUnknownType),
        ["more data declared than there is"] = (() => new GgufBytes().Tensor("a", 0, [1 << 20, 1 << 10], new byte[64]).ToArray(), FaultCode.GgufTruncated),
        ["a byte short"] = (() => new GgufBytes { CutAtEnd = 1 }.Floats("a", [4], [1, 2, 3, 4]).ToArray(), FaultCode.GgufTruncated),
        ["an offset beyond the file"] = (() => new GgufBytes { OffsetOf = (_, _) => 1 << 20 }.Floats("a", [1], [1]).ToArray(), FaultCode.GgufBadOffset),
        ["an offset that wraps round"] = (() => new GgufBytes { OffsetOf = (_, _) => Huge - 31 }.Floats("a", [1], [1]).ToArray(), FaultCode.GgufBadOffset),
        ["an offset off the alignment"] = (() => new GgufBytes { OffsetOf = (_, offset) => offset + 4 }.Floats("a", [1], [1]).ToArray(), FaultCode.GgufBadOffset),
        ["two tensors in one place"] = (() => new GgufBytes { OffsetOf = (_, _) => 0 }.Floats("a", [1], [1]).Floats("b", [1], [1]).ToArray(), FaultCode.GgufBadOffset),
        ["tensors in another order"] = (() => new GgufBytes { OffsetOf = (i, _) => 32 - ((ulong)i * 32) }.Floats("a", [1], [1]).Floats("b", [1], [1]).ToArray(), FaultCode.GgufBadOffset),
        ["an alignment of zero"] = (() => Plain.Key("general.alignment", 0).ToArray(), FaultCode.GgufBadKey),
        ["an alignment of 48"] = (() => Plain.Key("general.alignment", 48).ToArray(), FaultCode.GgufBadKey),
        ["an alignment of 64 bits"] = (() => Plain.Key("general.alignment", 10, GgufBytes.U64(32)).ToArray(), FaultCode.GgufBadKey),
        ["an alignment larger than the file"] = (() => Plain.Key("general.alignment", 1u << 31).ToArray(), FaultCode.GgufTruncated),
    };

    public static TheoryData<string> Names => [.. Stories.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_malformed_file_is_refused(string story)
    {
        var (file, expected) = Stories[story];
        var bytes = file();
        var fault = Hostile.Refused(_folder.Write("m.gguf", bytes), expected);
        Assert.InRange(fault.Offset ?? 0, 0, bytes.Length);
        Assert.NotEmpty(fault.Allowed);
    }

    [Fact]
    public void Every_cut_of_a_proper_file_is_refused()
    {
        var whole = GgufBytes.Llama().ToArray();
        // The last bytes are no padding: the last tensor fills its blocks.
        for (var length = 4; length < whole.Length; length += length < 1500 ? 7 : 97)
        {
            var path = _folder.Write("m.gguf", whole[..length]);
            Assert.Equal(FaultCode.GgufTruncated, Assert.Throws<StemmaException>(() => CheckpointOpener.Open(path).Dispose()).Fault.Code);
        }
    }

    [Fact]
    public void Bytes_behind_the_last_tensor_are_told()
    {
        var path = _folder.Write("m.gguf", new GgufBytes { MoreAtEnd = 1000 }.Floats("a", [8], new float[8]).ToArray());
        using var checkpoint = CheckpointOpener.Open(path);
        Assert.Contains(checkpoint.Notices, notice => notice.Code == "trailing-bytes" && notice.Text.Contains("1000 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_that_control_a_terminal_are_shown_harmless()
    {
        var fault = Hostile.Refused(_folder.Write("m.gguf", new GgufBytes().Key("\u001b[2J\u202e", 1).Key("\u001b[2J\u202e", 1).ToArray()), FaultCode.GgufDuplicate);
        Assert.Contains("\\u{1b}", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_of_broken_texts_costs_the_tokens_and_not_the_comparison()
    {
        // A kind of token for every token but one: nothing may be read beside the list.
        var file = GgufBytes.Llama().Texts("tokenizer.ggml.added_tokens", "\u001b").ToArray();
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.gguf", file));
        Assert.Equal(4, checkpoint.ReadVocabulary()!.Tokens.Count);
        var odd = new GgufBytes().Key("tokenizer.ggml.model", "gpt2").Key("tokenizer.ggml.tokens", 9, [.. GgufBytes.U32(8), .. GgufBytes.U64(2), .. GgufBytes.Text([0xFF]), .. GgufBytes.Text("b")]).Numbers("tokenizer.ggml.token_type", 1);
        using var lame = CheckpointOpener.Open(_folder.Write("n.gguf", odd.ToArray()));
        Assert.Empty(lame.ReadVocabulary()!.Kinds);
        Assert.Equal(2, Stemma.Anatomy.TokenTableReader.Of(lame)!.Tokens.Count);
    }

    [Fact]
    public void Splits_that_do_not_belong_together_are_refused()
    {
        string[] names = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
        foreach (var (first, second) in ((GgufBytes, GgufBytes)[])
        [
            (GgufTests.Split(0, 2, 2), GgufTests.Split(0, 2, 2)), (GgufTests.Split(1, 2, 2), GgufTests.Split(0, 2, 2)), (GgufTests.Split(0, 3, 2), GgufTests.Split(1, 3, 2)),
            (new GgufBytes(), new GgufBytes()), (GgufTests.Split(0, 2, 3), GgufTests.Split(1, 2, 0)),
        ])
        {
            _folder.Write(names[0], first.Floats("a", [1], [1]).ToArray());
            _folder.Write(names[1], second.Floats("b", [1], [1]).ToArray());
            Hostile.Refused(_folder[names[0]], FaultCode.GgufSplit);
        }

        _folder.Write(names[0], GgufTests.Split(0, 2, 2).Floats("a", [1], [1]).ToArray());
        _folder.Write(names[1], GgufTests.Split(1, 2, 2).Floats("a", [1], [1]).ToArray());
        Hostile.Refused(_folder[names[0]], FaultCode.ShardTensorTwice);
    }
}
