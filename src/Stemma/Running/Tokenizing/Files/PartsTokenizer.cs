using Stemma.Anatomy.Tokenizers;
using Stemma.Foundation;
using Stemma.Running.Tokenizing.Stages;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>Tokenizers from the tables of a GGUF file.</summary>
internal static class PartsTokenizer
{
    /// <summary>Pre-tokenizers by the name that the file gives (llama.cpp, llama-vocab.cpp).</summary>
    private static readonly Dictionary<string, string> Patterns = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = Splitting.Gpt2,
        ["phi-2"] = Splitting.Gpt2,
        ["jina-es"] = Splitting.Gpt2,
        ["jina-de"] = Splitting.Gpt2,
        ["mpt"] = Splitting.Gpt2,
        ["olmo"] = Splitting.Gpt2,
        ["llama3"] = Splitting.Llama3,
        ["llama-v3"] = Splitting.Llama3,
        ["llama-bpe"] = Splitting.Llama3,
        ["dbrx"] = Splitting.Llama3,
        ["smaug-bpe"] = Splitting.Llama3,
        ["qwen2"] = Splitting.Qwen2,
        ["stablelm2"] = Splitting.Qwen2,
        ["deepseek-r1-qwen"] = Splitting.Qwen2,
    };

    /// <summary>The tokenizer of the tables.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.TokenizerUnsupported"/>.</exception>
    public static TextTokenizer Open(TokenizerParts parts)
    {
        if (parts.Tokens.Count is 0 or > TokenTableBuilder.MostIds) throw TokenTableBuilder.Invalid(parts.Source, null, $"{parts.Tokens.Count} tokens", $"1 to {TokenTableBuilder.MostIds}");
        Expect(parts, parts.Scores.Count, "scores");
        Expect(parts, parts.Types.Count, "token types");
        foreach (var id in new[] { parts.BeginningOfText, parts.EndOfText, parts.Unknown, parts.Classifier, parts.Separator })
        {
            if (id is < 0 || id >= parts.Tokens.Count) throw TokenTableBuilder.Invalid(parts.Source, null, $"a special token of id {id}", $"0 to {parts.Tokens.Count - 1}");
        }

        var plan = parts.Model switch
        {
            "llama" => SentencePiece(parts, modelType: 2),
            "t5" => SentencePiece(parts, modelType: 1),
            "gpt2" => ByteLevel(parts),
            "bert" => WordPiece(parts),
            _ => throw new StemmaException(FaultCode.TokenizerUnsupported, parts.Source, null, $"a tokenizer model '{parts.Model}'", "llama, t5, gpt2, bert"),
        };
        var begins = parts.AddBeginning ?? parts.Model == "llama";
        if (parts.Model != "bert")
        {
            plan = plan with
            {
                Before = begins && parts.BeginningOfText is { } first ? [first] : [],
                After = parts.AddEnd && parts.EndOfText is { } last ? [last] : [],
            };
        }

        return new(plan with { BeginningOfText = parts.BeginningOfText, EndOfText = parts.EndOfText });
    }

    private static void Expect(TokenizerParts parts, int count, string what)
    {
        if (count != 0 && count != parts.Tokens.Count) throw TokenTableBuilder.Invalid(parts.Source, null, $"{count} {what} for {parts.Tokens.Count} tokens", "one for each token");
    }

    private static PieceType TypeOf(TokenizerParts parts, int id) => parts.Types.Count == 0 ? PieceType.Normal : (PieceType)parts.Types[id];

    private static TokenizerPlan SentencePiece(TokenizerParts parts, int modelType) => SentencePieceTokenizer.Plan(parts.Source, new()
    {
        Pieces = [.. parts.Tokens.Select((text, id) => new SentencePiece(text, parts.Scores.Count == 0 ? -id : parts.Scores[id], id == parts.Unknown ? PieceType.Unknown : TypeOf(parts, id), 0))],
        Trainer = new() { ModelType = modelType, ByteFallback = parts.Types.Contains((int)PieceType.Byte) },
        Normalizer = new() { AddDummyPrefix = parts.AddSpacePrefix, RemoveExtraWhitespaces = parts.RemoveExtraSpaces, Charsmap = parts.Charsmap },
    });

    private static TokenizerPlan ByteLevel(TokenizerParts parts)
    {
        if (parts.PreTokenizer is null || !Patterns.TryGetValue(parts.PreTokenizer, out var pattern))
            throw new StemmaException(FaultCode.TokenizerUnsupported, parts.Source, null, $"a pre-tokenizer '{parts.PreTokenizer ?? "(none named)"}'", string.Join(", ", Patterns.Keys));
        var vocabulary = Vocabulary(parts, PieceType.Normal);
        var plan = ByteLevelTokenizer.Plan(parts.Source, vocabulary, parts.Merges, pattern);
        return plan with { Spellings = [.. parts.Tokens], Added = Added(parts) };
    }

    private static TokenizerPlan WordPiece(TokenizerParts parts)
    {
        // The file writes "▁play" for a word's start and "ing" for what follows; [CLS] and its like as they are.
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < parts.Tokens.Count; id++)
        {
            var text = parts.Tokens[id];
            vocabulary.TryAdd(text.StartsWith(TokenStyle.WordMark) ? text[1..] : TypeOf(parts, id) == PieceType.Normal ? "##" + text : text, id);
        }

        var unknown = parts.Unknown ?? throw TokenTableBuilder.Invalid(parts.Source, null, "no unknown_token_id", "a token for unknown words");
        var plan = WordPieceTokenizer.Plan(parts.Source, vocabulary, unknown, lowercase: true);
        return plan with
        {
            Added = Added(parts),
            Before = parts.Classifier is { } first ? [first] : [],
            After = parts.Separator is { } last ? [last] : [],
        };
    }

    private static Dictionary<string, int> Vocabulary(TokenizerParts parts, PieceType type)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < parts.Tokens.Count; id++)
        {
            if (TypeOf(parts, id) == type) vocabulary.TryAdd(parts.Tokens[id], id);
        }

        return vocabulary;
    }

    private static AddedToken[] Added(TokenizerParts parts) =>
    [
        .. parts.Tokens.Select((text, id) => (text, id, Type: TypeOf(parts, id)))
            .Where(entry => entry.text.Length > 0 && entry.Type is PieceType.Control or PieceType.UserDefined or PieceType.Unknown)
            .Select(entry => new AddedToken(entry.text, entry.id) { Special = entry.Type != PieceType.UserDefined }),
    ];
}
