using System.Globalization;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Reporting;

/// <summary>Many comparisons for people: the counts first, then the pairs that matter, then who is related to nobody, then what limits the answers.</summary>
public static class PairsText
{
    /// <summary>So many pairs are all listed; of more, only those that are not unrelated.</summary>
    private const int AllListed = 10;

    private static readonly TextColumn[] Columns =
        [new("reference"), new("subject"), new("relation"), new("p", Right: true), new("direction"), new("changes found", Flexible: true)];

    /// <summary>The whole text.</summary>
    /// <param name="found">One result per pair, in the order of the inputs, and what all together tell.</param>
    /// <param name="width">Characters per line.</param>
    /// <param name="details">Lists the unrelated pairs too, however many.</param>
    public static IReadOnlyList<TextLine> Lines(FamilyFindings found, int width = ReportText.Width, bool details = false)
    {
        var results = found.Pairs;
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(results), width).Select(line => new TextLine(line, TextTone.Headline)));
        var all = details || results.Count <= AllListed;
        var listed = results.Where(result => all || result.Verdict.Relation != Relation.Unrelated).OrderBy(result => result.Verdict.Relation).ToList();
        if (listed.Count > 0)
        {
            lines.Add(new(""));
            lines.AddRange(TextTable.Lines(Columns, [.. listed.Select(Row)], width));
        }

        lines.AddSection("Put together from others", TextSections.Pairs(found.Mixtures.Select(mixture => (mixture.Child, mixture.Detail)), width));
        if (!all) lines.AddSection("Related to none of the others", ShownText.Wrap(string.Join(", ", Loners(results)), width - 2).Where(line => line.Length > 0).Select(line => new TextLine("  " + line)));
        var caveats = results.SelectMany(result => result.Caveats).GroupBy(caveat => caveat.Code).Select(group => (group.Key, CaveatText([.. group], results.Count)));
        lines.AddSection("Limits of these answers", TextSections.Pairs(caveats, width, TextTone.Warning));
        lines.Add(new(""));
        var hidden = results.Count - listed.Count;
        lines.Add(new(
            hidden > 0 ? $"{hidden} unrelated pairs are not listed: --details or --format csv does." : "Compare two of them alone for the evidence, or use --format json.", TextTone.Faint));
        return lines;
    }

    internal static string Headline(IReadOnlyList<ComparisonResult> results)
    {
        var counts = results.GroupBy(result => result.Verdict.Relation).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {Words(group.Key)}"));
        return $"{results.Count} pairs of {Names(results).Count} models: {string.Join(", ", counts)}.";
    }

    private static string Words(Relation relation) => relation == Relation.CommonOrigin ? "of common origin" : Kebab.Of(relation);

    private static IReadOnlyList<string> Row(ComparisonResult result) =>
    [
        result.Reference.Name, result.Subject.Name, Kebab.Of(result.Verdict.Relation), TextNumbers.PValue(result.Verdict.Log10P),
        DirectionText(result), string.Join(", ", result.Verdict.Operations.Select(one => one.Name)),
    ];

    /// <summary>Models of which every pair is unrelated.</summary>
    private static IEnumerable<string> Loners(IReadOnlyList<ComparisonResult> results)
    {
        var others = results.Where(result => result.Verdict.Relation != Relation.Unrelated).SelectMany(result => new[] { result.Subject.Name, result.Reference.Name }).ToHashSet(StringComparer.Ordinal);
        return Names(results).Where(name => !others.Contains(name));
    }

    private static List<string> Names(IReadOnlyList<ComparisonResult> results) =>
        [.. results.SelectMany(result => new[] { result.Reference.Name, result.Subject.Name }).Distinct(StringComparer.Ordinal)];

    /// <summary>One text for a code; where the pairs differ in its numbers, the first stands as an example.</summary>
    private static string CaveatText(List<Caveat> caveats, int pairs)
    {
        var one = caveats.Select(caveat => caveat.Text).Distinct(StringComparer.Ordinal).Count() == 1;
        return $"{caveats.Count} of {pairs} pairs{(one ? "" : ", for example")}: {caveats[0].Text}";
    }

    private static string DirectionText(ComparisonResult result) => result.Verdict.Direction switch
    {
        Direction.SubjectFromReference => "from reference",
        Direction.ReferenceFromSubject => "from subject",
        Direction.CommonAncestor => "common ancestor",
        _ => result.Verdict.Relation is Relation.Derived or Relation.Merged ? "undetermined" : "",
    };
}
