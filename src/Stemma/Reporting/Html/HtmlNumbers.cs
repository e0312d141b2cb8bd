using System.Globalization;
using System.Text.RegularExpressions;

namespace Stemma.Reporting.Html;

/// <summary>Numbers as HTML: powers of ten with a raised exponent, effects with a bar.</summary>
internal static partial class HtmlNumbers
{
    /// <summary>Markup of a p-value.</summary>
    public static string PValue(double log10P) => Raised(HtmlText.Escape(TextNumbers.PValue(log10P)));

    /// <summary>Escaped text in which each power of ten, as in <c>10^-12</c>, gets a raised exponent.</summary>
    public static string Raised(string escaped) => Power().Replace(escaped, match => $"10<sup>{match.Groups[1].Value.Replace('-', '\u2212')}</sup>");

    /// <summary>A bar from 0 to 1 with its number.</summary>
    public static string Bar(double? effect)
    {
        if (effect is not { } value || !double.IsFinite(value)) return "";
        var width = Math.Round(Math.Clamp(value, 0, 1) * 60, 1).ToString(CultureInfo.InvariantCulture);
        return $"<svg class=\"bar\" viewBox=\"0 0 60 8\" width=\"60\" height=\"8\" aria-hidden=\"true\"><rect class=\"track\" width=\"60\" height=\"8\"/><rect class=\"subject\" width=\"{width}\" height=\"8\"/></svg> {TextNumbers.Effect(value)}";
    }

    [GeneratedRegex(@"10\^(-?[0-9]+)")]
    private static partial Regex Power();
}
