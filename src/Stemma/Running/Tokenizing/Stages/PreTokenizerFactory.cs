using System.Text;
using Stemma.Anatomy.Tokenizers;
using Stemma.Running.Tokenizing.Files;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>The pre-tokenizers of tokenizer.json by name.</summary>
internal static class PreTokenizerFactory
{
    /// <summary>The function that a section describes.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerUnsupported"/> for any other.</exception>
    public static PreTokenizer Make(JsonPart? section) => section is not { } part ? piece => [piece] : part.Type switch
    {
        "Sequence" => Splitting.Sequence([.. part.Parts("pretokenizers").Select(inner => Make(inner))]),
        "ByteLevel" => Splitting.ByteLevel(part.Flag("use_regex", true) ? TokenPattern.Of(part.Source, Splitting.Gpt2) : null, part.Flag("add_prefix_space", true)),
        "Metaspace" => Splitting.Metaspace(Mark(part), Prepend(part), part.Flag("split", true)),
        "Split" => Splitting.At(NormalizerFactory.Pattern(part), Behavior(part, null), part.Flag("invert", false)),
        "Punctuation" => Splitting.At(Splitting.IsPunctuation, Behavior(part, SplitBehavior.Isolated)),
        "Digits" => Splitting.At(Splitting.IsNumeric, part.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Whitespace" => Splitting.At(TokenPattern.Of(part.Source, @"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => Splitting.At(Rune.IsWhiteSpace, SplitBehavior.Removed),
        "BertPreTokenizer" => WordPieceTokenizer.BertPreTokenizer(),
        "CharDelimiterSplit" => Splitting.At(TokenPattern.Literal(part.Source, part.Text("delimiter") is { Length: > 0 } text ? text : throw part.Wrong("delimiter", "a character")), SplitBehavior.Removed),
        "FixedLength" => Splitting.FixedLength(part.Number("length") is > 0 and var length ? length : throw part.Wrong("length", "a number above 0")),
        var other => throw part.Unsupported($"a pre-tokenizer '{other}'",
            "Sequence, ByteLevel, Metaspace, Split, Punctuation, Digits, Whitespace, WhitespaceSplit, BertPreTokenizer, CharDelimiterSplit, FixedLength"),
    };

    /// <summary>The mark of a Metaspace section.</summary>
    public static char Mark(JsonPart part) => (part.Text("replacement") ?? part.Text("str_rep")) switch
    {
        null => TokenStyle.WordMark,
        { Length: 1 } text => text[0],
        var other => throw part.Unsupported($"a mark '{other}'", "one character"),
    };

    /// <summary>When a Metaspace section sets its mark before a text; files of before 2024 say it in another word.</summary>
    public static bool? Prepend(JsonPart part) => part.Text("prepend_scheme") switch
    {
        "always" => true,
        "first" => false,
        "never" => null,
        null => part.Flag("add_prefix_space", true) ? true : null,
        var other => throw part.Unsupported($"prepend_scheme '{other}'", "always, first, never"),
    };

    private static SplitBehavior Behavior(JsonPart part, SplitBehavior? otherwise) => part.Text("behavior") switch
    {
        null when otherwise is { } given => given,
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw part.Unsupported($"behavior '{other}'", "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
    };
}
