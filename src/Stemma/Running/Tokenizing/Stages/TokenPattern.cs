using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>
/// A pattern of a tokenizer file. Such patterns are written for Oniguruma over code points; .NET matches UTF-16 units. So the pattern is translated where the two
/// read it differently, refused where .NET cannot do it, and characters beyond U+FFFF are matched as a stand-in of their own category.
/// </summary>
internal sealed class TokenPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>One rare character of every category, by <see cref="UnicodeCategory"/>.</summary>
    private const string StandIns =
        "\uA722\uA723\u1F88\uA717\uA840\u0F18\uA880\u0488\uA8D0\uA6E6\uA830\u1680\u2028\u2029\u0080\u2064\uD800\uE000\u203F\u2E1A\u2045\u2046\u2E02\u2E03\uA874\u29B5\u20B0\uA700\uA828\u0378";

    private readonly Regex _regex;
    private readonly string _source;

    private TokenPattern(string source, Regex regex) => (_source, _regex) = (source, regex);

    /// <summary>A pattern in Oniguruma's syntax.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerUnsupported"/> for a construct that .NET reads otherwise or not at all.</exception>
    public static TokenPattern Of(string source, string pattern)
    {
        var translated = new PatternTranslator(source, pattern).Translate();
        try
        {
            return new(source, Compile(translated));
        }
        catch (ArgumentException e)
        {
            throw new StemmaException(new Fault(FaultCode.TokenizerUnsupported, source, null, $"the pattern {pattern}: {e.Message}", "patterns that .NET can match", ""), e);
        }
    }

    /// <summary>A text that is matched as it stands.</summary>
    public static TokenPattern Literal(string source, string text) => new(source, new Regex(Regex.Escape(text), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));

    /// <summary>The matches in order, in UTF-16 units of the text; empty ones are left out.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerTooSlow"/> for a pattern that does not come to an end.</exception>
    public IEnumerable<(int Start, int Length)> Matches(string text)
    {
        var shadow = Shadow(text, out var starts);
        Match match;
        try
        {
            match = _regex.Match(shadow);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw TooSlow(e);
        }

        while (match.Success)
        {
            var (start, end) = (match.Index, match.Index + match.Length);
            if (starts is not null) (start, end) = (starts[start], starts[end]);
            if (end > start) yield return (start, end - start);
            try
            {
                match = match.NextMatch();
            }
            catch (RegexMatchTimeoutException e)
            {
                throw TooSlow(e);
            }
        }
    }

    /// <summary>The text with every match replaced.</summary>
    public string Replace(string text, string content)
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (var (start, length) in Matches(text))
        {
            result.Append(text, at, start - at).Append(content);
            at = start + length;
        }

        return at == 0 ? text : result.Append(text, at, text.Length - at).ToString();
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            // Looking ahead needs backtracking; the patience bounds what a hostile pattern can cost.
            return new(pattern, RegexOptions.CultureInvariant, Patience);
        }
    }

    private static string Shadow(string text, out int[]? starts)
    {
        starts = null;
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        var shadow = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            places.Add(at);
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIns[(int)Rune.GetUnicodeCategory(rune)]);
            at += length;
        }

        places.Add(text.Length);
        starts = [.. places];
        return shadow.ToString();
    }

    private StemmaException TooSlow(Exception inner) =>
        new(new Fault(FaultCode.TokenizerTooSlow, _source, null, $"its pattern did not finish on one text in {Patience.TotalSeconds:0} seconds", "patterns that take time in proportion to the text", "Shorten the text, or use another tokenizer file"), inner);
}
