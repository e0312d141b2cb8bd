using System.Text;
using Google.Protobuf;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>TrainerSpec: how the model was trained. Absent fields have the format's defaults.</summary>
internal sealed record SentencePieceTrainer
{
    /// <summary>1 unigram, 2 bpe, 3 word, 4 char.</summary>
    public int ModelType { get; init; } = 1;

    /// <summary>Files it was trained on, as its maker named them.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The name that its maker gave the result.</summary>
    public string ModelPrefix { get; init; } = "";

    /// <summary>Text that no piece covers is written in bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>The word mark stands at a word's end.</summary>
    public bool WhitespaceAsSuffix { get; init; }

    /// <summary>What the unknown piece is decoded to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>Every field that is one number or text, by its number in the format: two trainings with the same settings agree in all.</summary>
    public IReadOnlyDictionary<int, string> Settings { get; init; } = new Dictionary<int, string>();

    internal static SentencePieceTrainer Read(ByteString message)
    {
        using var input = message.CreateCodedInput();
        var spec = new SentencePieceTrainer();
        var inputs = new List<string>();
        var settings = new SortedDictionary<int, string>();
        while (input.ReadTag() is var tag and not 0)
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited:
                    var text = Encoding.UTF8.GetString(input.ReadBytes().Span);
                    settings[field] = text;
                    if (field == 1) inputs.Add(text);
                    if (field == 2) spec = spec with { ModelPrefix = text };
                    if (field == 44) spec = spec with { UnknownSurface = text };
                    break;
                case WireFormat.WireType.Varint:
                    var number = input.ReadInt64();
                    settings[field] = FormattableString.Invariant($"{number}");
                    if (field == 3) spec = spec with { ModelType = (int)number };
                    if (field == 24) spec = spec with { WhitespaceAsSuffix = number != 0 };
                    if (field == 35) spec = spec with { ByteFallback = number != 0 };
                    break;
                case WireFormat.WireType.Fixed32:
                    settings[field] = FormattableString.Invariant($"{input.ReadFloat():R}");
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return spec with { Inputs = inputs, Settings = settings };
    }
}

/// <summary>NormalizerSpec: what happens to text before it is cut.</summary>
internal sealed record SentencePieceNormalizer
{
    /// <summary><c>identity</c>, <c>nmt_nfkc</c>, ...</summary>
    public string Name { get; init; } = "";

    /// <summary>The compiled replacement rules; empty for none.</summary>
    public byte[] Charsmap { get; init; } = [];

    /// <summary>A space is set before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Spaces at the ends go, runs become one.</summary>
    public bool RemoveExtraWhitespaces { get; init; } = true;

    /// <summary>Spaces are written as U+2581.</summary>
    public bool EscapeWhitespaces { get; init; } = true;

    internal static SentencePieceNormalizer Read(ByteString message)
    {
        using var input = message.CreateCodedInput();
        var spec = new SentencePieceNormalizer();
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == SentencePieceFile.Message(1)) spec = spec with { Name = Encoding.UTF8.GetString(input.ReadBytes().Span) };
            else if (tag == SentencePieceFile.Message(2)) spec = spec with { Charsmap = input.ReadBytes().ToByteArray() };
            else if (tag == SentencePieceFile.Number(3)) spec = spec with { AddDummyPrefix = input.ReadBool() };
            else if (tag == SentencePieceFile.Number(4)) spec = spec with { RemoveExtraWhitespaces = input.ReadBool() };
            else if (tag == SentencePieceFile.Number(5)) spec = spec with { EscapeWhitespaces = input.ReadBool() };
            else input.SkipLastField();
        }

        return spec;
    }
}
