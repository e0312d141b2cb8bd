namespace Stemma.Anatomy.Tokenizers;

/// <summary>The vocabulary of a SentencePiece model: what each piece stands for.</summary>
internal static class SentencePieceModel
{
    /// <summary>Reads the whole file.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable Read(string file, byte[] bytes)
    {
        var model = SentencePieceFile.Read(file, bytes);
        var builder = new TokenTableBuilder(file);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var piece = model.Pieces[id];
            builder.Set(id, Bytes(piece), piece.Offset, piece.Text.Length > 0 ? piece.Text : null);
        }

        return builder.ToTable(Kind(model.Trainer.ModelType));
    }

    /// <summary>The kind of model as the vocabulary names it.</summary>
    public static string Kind(int modelType) => modelType switch
    {
        1 => "unigram",
        2 => "bpe",
        _ => "wordlevel",
    };

    private static byte[]? Bytes(SentencePiece piece)
    {
        if (piece.Text.Length == 0 || piece.Type is PieceType.Unknown or PieceType.Control or PieceType.Unused) return null;
        if (piece.Type == PieceType.Byte) return TokenStyle.FallbackByte(piece.Text) is { } value ? [value] : null;
        return new TokenStyle { Marked = true }.Decode(piece.Text);
    }
}
