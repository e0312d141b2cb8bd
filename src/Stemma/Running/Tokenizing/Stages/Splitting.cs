using System.Globalization;
using System.Text;
using Stemma.Anatomy.Tokenizers;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>What becomes of the matches when a piece is split (tokenizers, SplitDelimiterBehavior).</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts a piece into smaller ones.</summary>
internal delegate IEnumerable<TextPiece> PreTokenizer(TextPiece piece);

/// <summary>The pre-tokenizers as functions.</summary>
internal static class Splitting
{
    /// <summary>GPT-2's pattern (openai/gpt-2, encoder.py).</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's: digits in threes, contractions in any case, line ends kept with what comes before.</summary>
    public const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen's: as Llama 3's with every digit alone.</summary>
    public const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Splits at the matches of a pattern; <paramref name="invert"/> takes what lies between for the matches.</summary>
    public static PreTokenizer At(TokenPattern pattern, SplitBehavior behavior, bool invert = false) => piece => Cut(piece, Marked(piece.Text, pattern.Matches(piece.Text), invert), behavior);

    /// <summary>Splits at the characters of a kind.</summary>
    public static PreTokenizer At(Func<Rune, bool> kind, SplitBehavior behavior) => piece => Cut(piece, Marked(piece.Text, Runes(piece.Text, kind), invert: false), behavior);

    /// <summary>One after another.</summary>
    public static PreTokenizer Sequence(IReadOnlyList<PreTokenizer> stages) => piece => stages.Aggregate((IEnumerable<TextPiece>)[piece], (pieces, stage) => pieces.SelectMany(part => stage(part)));

    /// <summary>GPT-2's way: cut by the pattern, then bytes in the alphabet's letters.</summary>
    /// <param name="pattern">Null cuts nothing.</param>
    /// <param name="addPrefixSpace">A piece that does not begin with a space gets one.</param>
    public static PreTokenizer ByteLevel(TokenPattern? pattern, bool addPrefixSpace)
    {
        var split = pattern is null ? null : At(pattern, SplitBehavior.Isolated);
        return piece =>
        {
            if (addPrefixSpace && !piece.Text.StartsWith(' ')) piece = piece with { Text = " " + piece.Text };
            return (split?.Invoke(piece) ?? [piece]).Select(part => part with { Text = ByteAlphabet.Encode(Encoding.UTF8.GetBytes(part.Text)) });
        };
    }

    /// <summary>Spaces become a mark; the mark begins a piece.</summary>
    /// <param name="mark">The mark, U+2581 as a rule.</param>
    /// <param name="prepend">When a mark is set before the text: always, only at the very start, never (null).</param>
    /// <param name="split">False leaves the piece whole.</param>
    public static PreTokenizer Metaspace(char mark, bool? prepend, bool split) => piece =>
    {
        var text = piece.Text.Replace(' ', mark);
        if (prepend is { } always && (always || piece.AtStart) && !text.StartsWith(mark)) text = mark + text;
        piece = piece with { Text = text };
        return split ? Cut(piece, Marked(text, Runes(text, rune => rune.Value == mark), invert: false), SplitBehavior.MergedWithNext) : [piece];
    };

    /// <summary>Pieces of so many characters; the last may be shorter.</summary>
    public static PreTokenizer FixedLength(int length) => piece => piece.Text.EnumerateRunes().Chunk(length)
        .Select((runes, index) => new TextPiece(string.Concat(runes.Select(rune => rune.ToString())), piece.AtStart && index == 0));

    /// <summary>ASCII punctuation, and Unicode's categories P.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value)
        : Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>Unicode's categories N.</summary>
    public static bool IsNumeric(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static IEnumerable<(int Start, int Length)> Runes(string text, Func<Rune, bool> kind)
    {
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            if (kind(rune)) yield return (at, length);
            at += length;
        }
    }

    /// <summary>Matches and what lies between them, so that all together are the text.</summary>
    private static IEnumerable<(int Start, int End, bool IsMatch)> Marked(string text, IEnumerable<(int Start, int Length)> matches, bool invert)
    {
        var at = 0;
        foreach (var (start, length) in matches)
        {
            if (start > at) yield return (at, start, invert);
            yield return (start, start + length, !invert);
            at = start + length;
        }

        if (at < text.Length) yield return (at, text.Length, invert);
    }

    private static IEnumerable<TextPiece> Cut(TextPiece piece, IEnumerable<(int Start, int End, bool IsMatch)> marked, SplitBehavior behavior)
    {
        (int Start, int End, bool IsMatch)? held = null;
        foreach (var part in marked)
        {
            if (held is { } before && Joins(before, part, behavior))
            {
                held = (before.Start, part.End, part.IsMatch);
                continue;
            }

            if (held is { } done && !(behavior == SplitBehavior.Removed && done.IsMatch)) yield return Part(piece, done);
            held = part;
        }

        if (held is { } last && !(behavior == SplitBehavior.Removed && last.IsMatch)) yield return Part(piece, last);
    }

    private static bool Joins((int Start, int End, bool IsMatch) before, (int Start, int End, bool IsMatch) part, SplitBehavior behavior) => behavior switch
    {
        SplitBehavior.MergedWithPrevious => part.IsMatch && !before.IsMatch,
        SplitBehavior.MergedWithNext => before.IsMatch && !part.IsMatch,
        SplitBehavior.Contiguous => before.IsMatch == part.IsMatch,
        _ => false,
    };

    private static TextPiece Part(TextPiece piece, (int Start, int End, bool IsMatch) part) => new(piece.Text[part.Start..part.End], piece.AtStart && part.Start == 0);
}
