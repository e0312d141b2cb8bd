using System.Globalization;
using System.Text;

namespace Stemma.Foundation;

/// <summary>Text that came from a file of a stranger, made safe for a terminal and for a log.</summary>
public static class SafeText
{
    /// <summary>Longest text that is shown whole; the rest is cut and counted.</summary>
    public const int Longest = 200;

    /// <summary>Escapes control, format and surrogate characters as <c>\u{hex}</c> and cuts what is too long.</summary>
    public static string Escape(string text)
    {
        var safe = new StringBuilder(Math.Min(text.Length, Longest) + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= Longest)
            {
                safe.Append(CultureInfo.InvariantCulture, $"... ({text.Length} characters)");
                break;
            }

            var category = Rune.GetUnicodeCategory(rune);
            var unsafeKind = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;
            if (unsafeKind || rune == Rune.ReplacementChar) safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else safe.Append(rune.ToString());
        }

        return safe.ToString();
    }
}
