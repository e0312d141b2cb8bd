using System.Globalization;
using System.Text;
using Stemma.Running.Tokenizing.Unicode;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>The normalisers as functions from text to text.</summary>
internal static class Normalizing
{
    /// <summary>One after another.</summary>
    public static Func<string, string> Sequence(IReadOnlyList<Func<string, string>> stages) => text => stages.Aggregate(text, (at, stage) => stage(at));

    /// <summary>Lower case by each character's own mapping.</summary>
    public static string Lowercase(string text) => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    /// <summary>Without the marks of category Mn.</summary>
    public static string StripAccents(string text) => Filter(text, rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark);

    /// <summary>Without white space at the ends.</summary>
    public static Func<string, string> Strip(bool left, bool right) => text => (left, right) switch
    {
        (true, true) => text.Trim(),
        (true, false) => text.TrimStart(),
        (false, true) => text.TrimEnd(),
        _ => text,
    };

    /// <summary>BERT's normaliser (google-research/bert, BasicTokenizer; tokenizers, normalizers/bert.rs).</summary>
    public static Func<string, string> Bert(bool clean, bool chinese, bool stripAccents, bool lowercase) => text =>
    {
        if (clean) text = Clean(text);
        if (chinese) text = Spread(text, IsIdeograph);
        if (stripAccents) text = StripAccents(TextNormalization.Normalize(text, NormalizationForm.FormD));
        return lowercase ? Lowercase(text) : text;
    };

    /// <summary>SentencePiece's cleaning for translation (tokenizers, normalizers/unicode.rs).</summary>
    public static string Nmt(string text)
    {
        var kept = Filter(text, rune => rune.Value is not ((>= 1 and <= 8) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F));
        return Map(kept, rune => rune.Value is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD ? new(' ') : rune);
    }

    private static string Clean(string text)
    {
        var kept = Filter(text, rune => rune.Value is 0x09 or 0x0A or 0x0D || (rune.Value is not (0 or 0xFFFD)
            && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse)));
        return Map(kept, rune => Rune.IsWhiteSpace(rune) ? new(' ') : rune);
    }

    private static bool IsIdeograph(Rune rune) => rune.Value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static string Spread(string text, Func<Rune, bool> kind)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) result.Append(kind(rune) ? $" {rune} " : rune.ToString());
        return result.ToString();
    }

    private static string Filter(string text, Func<Rune, bool> kept)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept(rune)) result.Append(rune.ToString());
        }

        return result.ToString();
    }

    private static string Map(string text, Func<Rune, Rune> change)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) result.Append(change(rune).ToString());
        return result.ToString();
    }
}
