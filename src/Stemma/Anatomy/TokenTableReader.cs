using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>Reads the vocabulary that stands beside a model's weights.</summary>
public static class TokenTableReader
{
    /// <summary>Largest tokenizer file that is read, in bytes.</summary>
    public const int MostBytes = 64 << 20;

    private static readonly string[] PieceModels = ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"];

    /// <summary>The vocabulary that the weight files carry themselves, else that of the folder.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.ReadFailed"/>; weights can be compared without a vocabulary, the caller decides.</exception>
    public static TokenTable? Of(Checkpoint checkpoint) => checkpoint.ReadVocabulary() is { } stored ? GgufTokens.Read(stored) : Read(checkpoint.Folder);

    /// <summary>
    /// The folder's vocabulary. Of several files the first counts: tokenizer.json, tokenizer.model (SentencePiece, or tiktoken's lines under that name),
    /// vocab.json, vocab.txt, *.tiktoken.
    /// </summary>
    /// <param name="folder">Null for nowhere.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.ReadFailed"/>; weights can be compared without a vocabulary, the caller decides.</exception>
    public static TokenTable? Read(string? folder)
    {
        if (folder is null || !Directory.Exists(folder)) return null;
        if (CompanionFile.Exists(folder, "tokenizer.json")) return TokenizerJson.Read("tokenizer.json", Bytes(folder, "tokenizer.json"));
        foreach (var name in PieceModels)
        {
            if (!CompanionFile.Exists(folder, name)) continue;
            var bytes = Bytes(folder, name);
            return TokenLines.IsTiktoken(bytes) ? TokenLines.ReadTiktoken(name, bytes) : SentencePieceModel.Read(name, bytes);
        }

        if (CompanionFile.Exists(folder, "vocab.json"))
            return VocabularyJson.Read("vocab.json", Bytes(folder, "vocab.json"), CompanionFile.Exists(folder, "merges.txt"));
        if (CompanionFile.Exists(folder, "vocab.txt")) return TokenLines.ReadWordPiece("vocab.txt", Bytes(folder, "vocab.txt"));
        var tiktoken = Directory.EnumerateFiles(folder, "*.tiktoken").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
        return tiktoken is null ? null : TokenLines.ReadTiktoken(tiktoken, Bytes(folder, tiktoken));
    }

    private static byte[] Bytes(string folder, string name) => CompanionFile.Read(folder, name, MostBytes, FaultCode.TokenizerInvalid);
}
