using Google.Protobuf;

namespace Stemma.Tests.Support;

/// <summary>Writes small SentencePiece models.</summary>
internal static class PieceFile
{
    /// <summary>A model of pieces with scores and types.</summary>
    /// <param name="modelType">1 unigram, 2 BPE.</param>
    /// <param name="byteFallback">Text that no piece covers is written in bytes.</param>
    /// <param name="normalizer">Fields of NormalizerSpec after the first two; null leaves the defaults.</param>
    /// <param name="charsmap">Compiled replacement rules; null for none.</param>
    /// <param name="pieces">The pieces by id.</param>
    public static byte[] Write(int modelType, bool byteFallback, (bool DummyPrefix, bool RemoveExtra)? normalizer, byte[]? charsmap, params (string Text, float Score, int Type)[] pieces) => Message(output =>
    {
        foreach (var (text, score, type) in pieces)
        {
            Inner(output, 1, piece =>
            {
                piece.WriteTag(1, WireFormat.WireType.LengthDelimited);
                piece.WriteString(text);
                piece.WriteTag(2, WireFormat.WireType.Fixed32);
                piece.WriteFloat(score);
                piece.WriteTag(3, WireFormat.WireType.Varint);
                piece.WriteEnum(type);
            });
        }

        Inner(output, 2, trainer =>
        {
            Flag(trainer, 3, modelType);
            Flag(trainer, 35, byteFallback ? 1 : 0);
            trainer.WriteTag(1, WireFormat.WireType.LengthDelimited);
            trainer.WriteString("corpus.txt");
        });
        Inner(output, 3, spec =>
        {
            if (charsmap is not null)
            {
                spec.WriteTag(2, WireFormat.WireType.LengthDelimited);
                spec.WriteBytes(ByteString.CopyFrom(charsmap));
            }

            if (normalizer is not { } given) return;
            Flag(spec, 3, given.DummyPrefix ? 1 : 0);
            Flag(spec, 4, given.RemoveExtra ? 1 : 0);
        });
    });

    private static void Flag(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }

    private static void Inner(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }
}
