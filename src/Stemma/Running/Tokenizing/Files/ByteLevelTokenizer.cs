using System.Text;
using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
using Stemma.Foundation;
using Stemma.Running.Tokenizing.Models;
using Stemma.Running.Tokenizing.Stages;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>Byte-level vocabularies that come as bare tables: GPT-2's vocab.json with merges.txt, and tiktoken's lines.</summary>
internal static class ByteLevelTokenizer
{
    /// <summary>A vocabulary and the lines of merges.txt.</summary>
    /// <param name="source">How faults call the file.</param>
    /// <param name="vocabulary">Token to id.</param>
    /// <param name="merges">Two tokens a line; a first line <c>#version</c> is no merge.</param>
    /// <param name="pattern">How text is cut first.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> for a merge whose parts or result are no tokens.</exception>
    public static TokenizerPlan Plan(string source, IReadOnlyDictionary<string, int> vocabulary, IEnumerable<string> merges, string pattern)
    {
        var table = new MergeTable();
        var rank = 0;
        foreach (var line in merges)
        {
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal)) continue;
            var parts = line.Split(' ');
            if (parts.Length != 2) throw TokenTableBuilder.Invalid(source, null, $"the merge '{line}'", "two tokens with a space between");
            AddMerge(source, vocabulary, table, parts[0], parts[1], "", rank++);
        }

        return new()
        {
            Source = source,
            Kind = "bpe",
            Spellings = Spellings(vocabulary),
            Model = new BytePairModel { Source = source, Vocabulary = vocabulary, Merges = table },
            PreTokenize = Splitting.ByteLevel(TokenPattern.Of(source, pattern), addPrefixSpace: false),
            Decoding = () => [new ByteLevelStep()],
        };
    }

    /// <summary>Tokens as bytes whose id is their rank: neighbours whose join is a token merge, the lowest rank first (openai/tiktoken).</summary>
    public static TokenizerPlan Plan(TokenTable table, string pattern)
    {
        var spellings = table.Tokens.Select(bytes => bytes is null ? null : ByteAlphabet.Encode(bytes)).ToArray();
        var pieces = spellings.Select((text, id) => (Text: text!, Id: id)).Where(entry => entry.Text is not null).ToArray();
        return new()
        {
            Source = table.Source,
            Kind = "bpe",
            Spellings = spellings,
            Model = new PieceModel(pieces, [.. Enumerable.Range(0, spellings.Length).Select(id => (double)id)], [], []) { Source = table.Source, WholePieces = true },
            PreTokenize = Splitting.ByteLevel(TokenPattern.Of(table.Source, pattern), addPrefixSpace: false),
            Decoding = () => [new ByteLevelStep()],
        };
    }

    /// <summary>Adds one merge to a table.</summary>
    /// <param name="continuing">What the right part is marked with inside a word; not part of the result.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/>.</exception>
    public static void AddMerge(string source, IReadOnlyDictionary<string, int> vocabulary, MergeTable table, string left, string right, string continuing, int rank)
    {
        var joined = left + (continuing.Length > 0 && right.StartsWith(continuing, StringComparison.Ordinal) ? right[continuing.Length..] : right);
        if (!vocabulary.TryGetValue(left, out var first) || !vocabulary.TryGetValue(right, out var second) || !vocabulary.TryGetValue(joined, out var id))
            throw TokenTableBuilder.Invalid(source, null, $"merge {rank}: '{left}' and '{right}'", "merges whose parts and result are in the vocabulary");
        table.Add(first, second, rank, id);
    }

    /// <summary>By id the spelling.</summary>
    public static string?[] Spellings(IReadOnlyDictionary<string, int> vocabulary)
    {
        var spellings = new string?[vocabulary.Count == 0 ? 0 : vocabulary.Values.Max() + 1];
        foreach (var (text, id) in vocabulary) spellings[id] = text;
        return spellings;
    }

    /// <summary>The lines of a text file.</summary>
    public static IEnumerable<string> Lines(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r'));
}
