using Google.Protobuf;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>
/// Reads the pieces of a SentencePiece model (google/sentencepiece, sentencepiece_model.proto): ModelProto.pieces = 1 with piece = 1, type = 3;
/// of the trainer only model_type = 3. The id of a piece is its position.
/// </summary>
internal static class SentencePieceModel
{
    private const int Unknown = 2, Control = 3, Unused = 5, Byte = 6;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable Read(string file, byte[] bytes)
    {
        var builder = new TokenTableBuilder(file);
        using var input = new CodedInputStream(bytes);
        var id = 0L;
        var kind = "unigram";
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                var offset = input.Position;
                if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited)) Piece(builder, id++, input.ReadBytes(), offset);
                else if (tag == WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited)) kind = Kind(input.ReadBytes());
                else input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw TokenTableBuilder.Invalid(file, input.Position, e.Message, "a SentencePiece model", e);
        }

        return builder.ToTable(kind);
    }

    private static void Piece(TokenTableBuilder builder, long id, ByteString message, long offset)
    {
        using var input = message.CreateCodedInput();
        (var text, var type) = (ByteString.Empty, 1);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited)) text = input.ReadBytes();
            else if (tag == WireFormat.MakeTag(3, WireFormat.WireType.Varint)) type = input.ReadEnum();
            else input.SkipLastField();
        }

        var piece = text.ToStringUtf8();
        builder.Set(id, Bytes(piece, type), offset, piece.Length > 0 ? piece : null);
    }

    private static byte[]? Bytes(string piece, int type)
    {
        if (piece.Length == 0 || type is Unknown or Control or Unused) return null;
        if (type == Byte) return TokenStyle.FallbackByte(piece) is { } value ? [value] : null;
        return new TokenStyle { Marked = true }.Decode(piece);
    }

    private static string Kind(ByteString message)
    {
        using var input = message.CreateCodedInput();
        var type = 1;
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(3, WireFormat.WireType.Varint)) type = input.ReadEnum();
            else input.SkipLastField();
        }

        return type switch
        {
            1 => "unigram",
            2 => "bpe",
            _ => "wordlevel",
        };
    }
}
