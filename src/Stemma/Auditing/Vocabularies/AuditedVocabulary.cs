using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;

namespace Stemma.Auditing.Vocabularies;

/// <summary>A vocabulary and what stands beside it, ready to be compared.</summary>
public sealed class AuditedVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly bool[] _telling;

    private AuditedVocabulary(string name, TokenTable table)
    {
        (Name, Table) = (name, table);
        _telling = new bool[table.Tokens.Count];
        Keys = new string?[table.Tokens.Count];
        for (var id = 0; id < table.Tokens.Count; id++)
        {
            if (table.Tokens[id] is not { } bytes) continue;
            var key = ByteAlphabet.Encode(bytes);

            // Of two tokens that stand for the same bytes the first is the one that text is cut into.
            if (!_ids.TryAdd(key, id)) continue;
            Keys[id] = key;
            _telling[id] = CommonMaterial.IsTelling(bytes);
            if (_telling[id]) Telling++;
        }
    }

    /// <summary>How the report calls it.</summary>
    public string Name { get; }

    /// <summary>What each id stands for.</summary>
    public TokenTable Table { get; }

    /// <summary>How many tokens count: see <see cref="CommonMaterial"/>.</summary>
    public int Telling { get; }

    /// <summary>Control tokens as spelled, in the order of their ids.</summary>
    public IReadOnlyList<string> ControlTokens { get; init; } = [];

    /// <summary>The tokenizer; null when Stemma cannot run it.</summary>
    public TextTokenizer? Tokenizer { get; init; }

    /// <summary>Why there is no tokenizer; empty when there is one.</summary>
    public string TokenizerProblem { get; init; } = "";

    /// <summary>The chat template as written; null when there is none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>SentencePiece's settings of training by their field numbers; empty for other kinds.</summary>
    public IReadOnlyDictionary<int, string> TrainingSettings { get; init; } = new Dictionary<int, string>();

    /// <summary>By id the letters of its bytes; null where there are none, or an earlier id has the same.</summary>
    internal string?[] Keys { get; }

    /// <summary>Reads the vocabulary of a model, and what stands beside it.</summary>
    /// <param name="path">A model's folder, any folder with tokenizer files, or a weight file, which may carry the vocabulary itself (GGUF).</param>
    /// <param name="name">How the report calls it.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.VocabularyMissing"/> when there is no vocabulary; <see cref="FaultCode.TokenizerInvalid"/>, <see cref="FaultCode.ReadFailed"/>.</exception>
    public static AuditedVocabulary Read(string path, string name)
    {
        // The weights of a folder that has a tokenizer are not opened: what is wrong with them is not asked here.
        var folder = CompanionFile.FolderOf(path);
        var beside = folder == path ? TokenTableReader.Read(folder) : null;
        if (beside is null && Stored(path) is { } stored) return Of(stored, name);
        var table = beside ?? TokenTableReader.Read(folder) ?? throw new StemmaException(FaultCode.VocabularyMissing, name, null, "no tokenizer stands there",
            "tokenizer.json, tokenizer.model, vocab.json, vocab.txt, *.tiktoken, or a GGUF file", "Name the folder that holds the tokenizer");
        var (tokenizer, problem) = Open(folder);
        return new(name, table)
        {
            Tokenizer = tokenizer,
            TokenizerProblem = problem,
            ControlTokens = Control(table, tokenizer),
            ChatTemplate = ChatTemplateText.Of(folder)?.Text,
            TrainingSettings = Trained(folder),
        };
    }

    /// <summary>A vocabulary without companion files.</summary>
    public static AuditedVocabulary Of(TokenTable table, string name) => new(name, table) { TokenizerProblem = "only the vocabulary was read, so no text was cut with it", ControlTokens = Control(table, null) };

    /// <summary>The id that stands for the same bytes; -1 for none.</summary>
    internal int Find(string key) => _ids.GetValueOrDefault(key, -1);

    /// <summary>True when the id counts.</summary>
    internal bool IsTelling(int id) => _telling[id];

    /// <summary>The vocabulary inside the weight files; null where they carry none, or where there are none.</summary>
    private static TokenTable? Stored(string path)
    {
        try
        {
            using var checkpoint = CheckpointOpener.Open(path);
            return checkpoint.ReadVocabulary() is null ? null : TokenTableReader.Of(checkpoint);
        }
        catch (StemmaException e) when (e.Fault.Code is FaultCode.NoCheckpoint or FaultCode.AmbiguousFolder)
        {
            return null;
        }
    }

    private static (TextTokenizer? Tokenizer, string Problem) Open(string folder)
    {
        try
        {
            return (TextTokenizer.Open(folder), "");
        }
        catch (StemmaException e) when (e.Fault.Code is FaultCode.TokenizerUnsupported or FaultCode.TokenizerInvalid)
        {
            // The vocabulary can be compared even where text cannot be cut with it.
            return (null, e.Fault.Found);
        }
    }

    private static List<string> Control(TokenTable table, TextTokenizer? tokenizer)
    {
        var found = new SortedDictionary<int, string>();
        for (var id = 0; id < table.Tokens.Count; id++)
        {
            if (table.Tokens[id] is null && id < table.Spellings.Count && table.Spellings[id] is { Length: > 0 } text) found[id] = text;
        }

        foreach (var token in tokenizer?.AddedTokens ?? []) if (token.Special) found[token.Id] = token.Content;
        return [.. found.Values.Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyDictionary<int, string> Trained(string folder)
    {
        const string name = "tokenizer.model";
        if (!CompanionFile.Exists(folder, name)) return new Dictionary<int, string>();
        var bytes = CompanionFile.Read(folder, name, TokenTableReader.MostBytes, FaultCode.TokenizerInvalid);
        return TokenLines.IsTiktoken(bytes) ? new Dictionary<int, string>() : SentencePieceFile.Read(name, bytes).Trainer.Settings;
    }
}
