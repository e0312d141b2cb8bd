using System.Text;
using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Running.Tokenizing.Models;
using Stemma.Running.Tokenizing.Stages;
using Stemma.Running.Tokenizing.Unicode;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>Finds a folder's tokenizer, in the order in which the vocabulary is found (<see cref="TokenTableReader"/>).</summary>
internal static class FolderTokenizer
{
    private static readonly string[] PieceModels = ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"];

    /// <summary>The tokenizer; null when there is none.</summary>
    public static TextTokenizer? Open(string? folder)
    {
        if (folder is null || !Directory.Exists(folder)) return null;
        var config = TokenizerConfig.Read(folder);
        var plan = Plan(folder, config);
        return plan is null ? null : new(With(plan, config));
    }

    private static TokenizerPlan? Plan(string folder, TokenizerConfig config)
    {
        if (CompanionFile.Exists(folder, "tokenizer.json")) return TokenizerJsonFile.Plan("tokenizer.json", Bytes(folder, "tokenizer.json"));
        foreach (var name in PieceModels)
        {
            if (!CompanionFile.Exists(folder, name)) continue;
            var bytes = Bytes(folder, name);
            return TokenLines.IsTiktoken(bytes) ? Tiktoken(name, bytes) : SentencePieceTokenizer.Plan(name, SentencePieceFile.Read(name, bytes));
        }

        if (CompanionFile.Exists(folder, "vocab.json")) return Vocabulary(folder, config);
        if (CompanionFile.Exists(folder, "vocab.txt")) return WordPiece(Bytes(folder, "vocab.txt"), config);
        var tiktoken = Directory.EnumerateFiles(folder, "*.tiktoken").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
        return tiktoken is null ? null : Tiktoken(tiktoken, Bytes(folder, tiktoken));
    }

    private static TokenizerPlan Tiktoken(string name, byte[] bytes)
    {
        // The file holds no pattern; its usual names tell whose it is.
        var pattern = name.StartsWith("qwen", StringComparison.OrdinalIgnoreCase) ? Splitting.Qwen2 : Splitting.Llama3;
        return ByteLevelTokenizer.Plan(TokenLines.ReadTiktoken(name, bytes), pattern) with
        {
            Notices = [new("pre-tokenizer-assumed", $"{name} does not say how text is cut before merging; {(pattern == Splitting.Qwen2 ? "Qwen's" : "Llama 3's")} pattern was taken")],
        };
    }

    private static TokenizerPlan Vocabulary(string folder, TokenizerConfig config)
    {
        var hasMerges = CompanionFile.Exists(folder, "merges.txt");
        var table = VocabularyJson.Read("vocab.json", Bytes(folder, "vocab.json"), hasMerges);
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < table.Spellings.Count; id++)
        {
            if (table.Spellings[id] is { } text) vocabulary.TryAdd(text, id);
        }

        if (!hasMerges) return Characters(vocabulary);
        if (!ByteAlphabet.Covers(vocabulary)) throw new StemmaException(FaultCode.TokenizerUnsupported, "vocab.json", null, "merges over letters that are not GPT-2's bytes", "byte-level vocabularies, or a tokenizer.json");
        var merges = ByteLevelTokenizer.Lines(Bytes(folder, "merges.txt"));
        var isQwen = config.TokenizerClass?.StartsWith("Qwen2", StringComparison.Ordinal) == true;
        var plan = ByteLevelTokenizer.Plan("vocab.json", vocabulary, merges, isQwen ? Splitting.Qwen2 : Splitting.Gpt2);
        if (isQwen) return plan with { Normalize = text => TextNormalization.Normalize(text, NormalizationForm.FormC) };
        return config.TokenizerClass is not null ? plan : plan with { Notices = [new("pre-tokenizer-assumed", "vocab.json and merges.txt do not say how text is cut before merging; GPT-2's pattern was taken")] };
    }

    /// <summary>Vocabularies of single characters, as teaching projects have them.</summary>
    private static TokenizerPlan Characters(Dictionary<string, int> vocabulary)
    {
        if (vocabulary.Keys.Any(text => text.EnumerateRunes().Count() > 1 && !TokenStyle.IsControl(text)))
            throw new StemmaException(FaultCode.TokenizerUnsupported, "vocab.json", null, "tokens of several characters without merges.txt", "merges.txt beside it, or tokens of one character each");
        return new()
        {
            Source = "vocab.json",
            Kind = "wordlevel",
            Spellings = ByteLevelTokenizer.Spellings(vocabulary),
            Model = new WordLevelModel("vocab.json", vocabulary, null),
            PreTokenize = Splitting.FixedLength(1),
            Decoding = () => [],
        };
    }

    private static TokenizerPlan WordPiece(byte[] bytes, TokenizerConfig config)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var table = TokenLines.ReadWordPiece("vocab.txt", bytes);
        for (var id = 0; id < table.Spellings.Count; id++)
        {
            if (table.Spellings[id] is { Length: > 0 } text) vocabulary[text] = id;
        }

        if (!vocabulary.TryGetValue("[UNK]", out var unknown)) throw TokenTableBuilder.Invalid("vocab.txt", null, "no [UNK]", "a token for unknown words");
        var plan = WordPieceTokenizer.Plan("vocab.txt", vocabulary, unknown, config.Lowercase);
        var added = new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }.Where(vocabulary.ContainsKey).Select(text => new AddedToken(text, vocabulary[text]) { Special = true });
        return plan with
        {
            Added = [.. added],
            Before = vocabulary.TryGetValue("[CLS]", out var first) ? [first] : [],
            After = vocabulary.TryGetValue("[SEP]", out var last) ? [last] : [],
        };
    }

    /// <summary>Adds what the settings say: tokens that the vocabulary lacks, and what stands around a text where the file has no post-processor of its own.</summary>
    private static TokenizerPlan With(TokenizerPlan plan, TokenizerConfig config)
    {
        var known = plan.Added.Select(token => token.Id).ToHashSet();
        var spellings = new List<string?>(plan.Spellings);
        var added = new List<AddedToken>(plan.Added);
        foreach (var token in config.Added.Where(token => known.Add(token.Id)))
        {
            while (spellings.Count <= token.Id) spellings.Add(null);
            spellings[token.Id] = token.Content;
            added.Add(token);
        }

        plan = plan with { Spellings = spellings, Added = added };
        var first = config.BeginningOfText is { } beginning ? plan.Find(beginning) ?? plan.BeginningOfText : plan.BeginningOfText;
        var last = config.EndOfText is { } end ? plan.Find(end) ?? plan.EndOfText : plan.EndOfText;
        var isBare = plan.Source != "tokenizer.json" && plan.Kind != "wordpiece";
        return plan with
        {
            BeginningOfText = first,
            EndOfText = last,
            Before = isBare && config.AddBeginning == true && first is { } before ? [before] : plan.Before,
            After = isBare && config.AddEnd == true && last is { } after ? [after] : plan.After,
        };
    }

    private static byte[] Bytes(string folder, string name) => CompanionFile.Read(folder, name, TokenTableReader.MostBytes, FaultCode.TokenizerInvalid);
}
