namespace Stemma.Auditing.Similarity;

/// <summary>A stretch of code that stands in two files.</summary>
/// <param name="File">The subject's file.</param>
/// <param name="First">First line there.</param>
/// <param name="Last">Last line there.</param>
/// <param name="OtherFile">The reference's file.</param>
/// <param name="OtherFirst">First line there.</param>
/// <param name="OtherLast">Last line there.</param>
/// <param name="Tokens">How long it is.</param>
/// <param name="Renamed">Share of its names that are spelled otherwise, 0 to 1.</param>
public sealed record CodeBlock(string File, int First, int Last, string OtherFile, int OtherFirst, int OtherLast, int Tokens, double Renamed)
{
    /// <summary>Shorter stretches occur in strangers' programs: see docs/audit.md for the controls.</summary>
    internal const int FewestTokens = 60;

    /// <summary>Lists of like lines (<c>self.a = a</c>) are alike in every program: so many lines of different form must be there.</summary>
    internal const int FewestForms = 8;

    /// <summary>Lists of words and numbers, whatever their line breaks, hold commas, brackets and texts: a program holds more kinds of tokens.</summary>
    internal const int FewestKinds = 12;

    /// <summary>Whoever renames does it throughout: so large a share of the names that occur more than once must go with one name of the other side.</summary>
    internal const double Throughout = 0.8;

    /// <summary>The block of two equal runs of tokens; null when it says nothing.</summary>
    internal static CodeBlock? Of((string Name, List<CodeToken> Tokens) a, int from, (string Name, List<CodeToken> Tokens) b, int otherFrom, int count)
    {
        if (count < FewestTokens) return null;
        var own = a.Tokens.GetRange(from, count);
        var other = b.Tokens.GetRange(otherFrom, count);
        var forms = own.GroupBy(token => token.Line).Select(line => string.Join(' ', line.Select(token => token.Kind))).Where(form => form.Contains(' ')).Distinct(StringComparer.Ordinal).Count();
        if (forms < FewestForms || own.Select(token => token.Kind).Distinct().Count() < FewestKinds) return null;
        var names = own.Zip(other).Where(pair => pair.First.IsName()).Select(pair => (Own: pair.First.Text, Other: pair.Second.Text)).ToList();
        var repeated = names.GroupBy(pair => pair.Own, StringComparer.Ordinal).Select(group => (All: group.Count(), Best: group.GroupBy(pair => pair.Other, StringComparer.Ordinal).Max(one => one.Count()))).Where(one => one.All > 1).ToList();
        if (repeated.Sum(one => one.Best) < Throughout * repeated.Sum(one => one.All)) return null;
        var renamed = names.Count == 0 ? 0 : (double)names.Count(pair => pair.Own != pair.Other) / names.Count;
        return new(a.Name, own[0].Line, own[^1].Line, b.Name, other[0].Line, other[^1].Line, count, renamed);
    }
}
