using System.Text;
using Stemma.Running.Tokenizing.Models;
using Stemma.Running.Tokenizing.Stages;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>BERT's tokenizer from its list of tokens.</summary>
internal static class WordPieceTokenizer
{
    private static readonly (string From, string To)[] Tidied =
        [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")];

    /// <summary>The plan of a vocabulary whose inner tokens begin with ##.</summary>
    public static TokenizerPlan Plan(string source, IReadOnlyDictionary<string, int> vocabulary, int unknown, bool lowercase) => new()
    {
        Source = source,
        Kind = "wordpiece",
        Spellings = ByteLevelTokenizer.Spellings(vocabulary),
        Model = new WordPieceModel(vocabulary, "##") { Unknown = unknown },
        Normalize = Normalizing.Bert(clean: true, chinese: true, stripAccents: lowercase, lowercase),
        PreTokenize = BertPreTokenizer(),
        Decoding = () => [Step("##", tidy: true)],
    };

    /// <summary>Words at white space, punctuation alone.</summary>
    public static PreTokenizer BertPreTokenizer() =>
        Splitting.Sequence([Splitting.At(Rune.IsWhiteSpace, SplitBehavior.Removed), Splitting.At(Splitting.IsPunctuation, SplitBehavior.Isolated)]);

    /// <summary>The way back: a space before what begins a word (tokenizers, decoders/wordpiece.rs).</summary>
    /// <param name="prefix">What marks a token inside a word.</param>
    /// <param name="tidy">Takes the space before English punctuation away.</param>
    public static SpellingStep Step(string prefix, bool tidy) => new((text, first) =>
    {
        if (!first) text = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : " " + text;
        return tidy ? Tidied.Aggregate(text, (at, pair) => at.Replace(pair.From, pair.To, StringComparison.Ordinal)) : text;
    });
}
