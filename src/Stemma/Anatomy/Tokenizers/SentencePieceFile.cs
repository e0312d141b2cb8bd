using System.Text;
using Google.Protobuf;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>What a piece of a SentencePiece model is for (sentencepiece_model.proto, SentencePiece.Type).</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>One piece; its id is its position.</summary>
/// <param name="Text">As spelled in the file; empty when the file gives none.</param>
/// <param name="Score">BPE: minus the merge's rank. Unigram: the logarithm of its probability.</param>
/// <param name="Type">What it is for; numbers that the format does not know are kept.</param>
/// <param name="Offset">Where it stands in the file.</param>
internal readonly record struct SentencePiece(string Text, float Score, PieceType Type, long Offset);

/// <summary>
/// A SentencePiece model (google/sentencepiece, sentencepiece_model.proto) as far as text is cut with it, and what its training left in it.
/// </summary>
internal sealed record SentencePieceFile
{
    /// <summary>The pieces by id.</summary>
    public required IReadOnlyList<SentencePiece> Pieces { get; init; }

    /// <summary>TrainerSpec.</summary>
    public required SentencePieceTrainer Trainer { get; init; }

    /// <summary>NormalizerSpec.</summary>
    public required SentencePieceNormalizer Normalizer { get; init; }

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static SentencePieceFile Read(string file, byte[] bytes)
    {
        var pieces = new List<SentencePiece>();
        var trainer = new SentencePieceTrainer();
        var normalizer = new SentencePieceNormalizer();
        using var input = new CodedInputStream(bytes);
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                var offset = input.Position;
                if (tag == Message(1)) pieces.Add(Piece(input.ReadBytes(), offset));
                else if (tag == Message(2)) trainer = SentencePieceTrainer.Read(input.ReadBytes());
                else if (tag == Message(3)) normalizer = SentencePieceNormalizer.Read(input.ReadBytes());
                else input.SkipLastField();
                if (pieces.Count > TokenTableBuilder.MostIds) throw TokenTableBuilder.Invalid(file, offset, $"more than {TokenTableBuilder.MostIds} pieces", "fewer");
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw TokenTableBuilder.Invalid(file, input.Position, e.Message, "a SentencePiece model", e);
        }

        return new() { Pieces = pieces, Trainer = trainer, Normalizer = normalizer };
    }

    /// <summary>The tag of a field that holds a message, a text or bytes.</summary>
    public static uint Message(int field) => WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);

    /// <summary>The tag of a field that holds a whole number or a truth value.</summary>
    public static uint Number(int field) => WireFormat.MakeTag(field, WireFormat.WireType.Varint);

    private static SentencePiece Piece(ByteString message, long offset)
    {
        using var input = message.CreateCodedInput();
        (var text, var score, var type) = ("", 0f, PieceType.Normal);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == Message(1)) text = Encoding.UTF8.GetString(input.ReadBytes().Span);
            else if (tag == WireFormat.MakeTag(2, WireFormat.WireType.Fixed32)) score = input.ReadFloat();
            else if (tag == Number(3)) type = (PieceType)input.ReadEnum();
            else input.SkipLastField();
        }

        return new(text, score, type, offset);
    }
}
