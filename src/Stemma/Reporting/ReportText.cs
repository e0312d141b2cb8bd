using Stemma.Comparing;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>A comparison for people. The first line answers; evidence, changes, limits and the next step follow.</summary>
public static class ReportText
{
    /// <summary>Narrowest and usual width, in characters.</summary>
    public const int Width = 80;

    private static readonly TextColumn[] EvidenceColumns =
        [new("method"), new("kind"), new("what was found", Flexible: true), new("p or rank", Right: true), new("effect", Right: true)];

    /// <summary>The whole report of one pair.</summary>
    public static IReadOnlyList<TextLine> Lines(ComparisonResult result, int width = Width)
    {
        width = Math.Max(Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(result.Verdict.Summary, width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        lines.AddRange(TextSections.Pairs([("subject", PartyText(result.Subject)), ("reference", PartyText(result.Reference))], width));
        var evidence = ReportOrder.Of(result.Evidence);
        lines.AddSection("Evidence", evidence.Count == 0 ? [] : TextTable.Lines(EvidenceColumns, [.. evidence.Select(EvidenceRow)], width));
        lines.AddSection("Changes found", TextSections.Pairs(result.Verdict.Operations.Select(one => (one.Name, one.Detail)), width));
        lines.AddSection("Layers", Layers(result));
        lines.AddSection("Curves, one value per layer", evidence.SelectMany(one => TextCurves.Lines(one, width)));
        lines.AddSection("Limits of this answer", TextSections.Pairs(result.Caveats.Select(one => (one.Code, one.Text)), width, TextTone.Warning));
        var nulls = evidence.Where(one => one.NullHypothesis.Length > 0).Select(one => (one.Method, one.NullHypothesis));
        lines.AddSection("What each p-value and rank assumes", TextSections.Pairs(nulls, width, TextTone.Faint));
        return lines;
    }

    /// <summary>A table of several pairs, then what limits them.</summary>
    public static IReadOnlyList<TextLine> TableLines(IReadOnlyList<ComparisonResult> results, int width = Width)
    {
        TextColumn[] columns =
            [new("reference"), new("subject"), new("relation"), new("p", Right: true), new("direction"), new("changes found", Flexible: true)];
        var rows = results.Select(result => (IReadOnlyList<string>)
        [
            result.Reference.Name, result.Subject.Name, Kebab.Of(result.Verdict.Relation), TextNumbers.PValue(result.Verdict.Log10P),
            DirectionText(result), string.Join(", ", result.Verdict.Operations.Select(one => one.Name)),
        ]).ToList();
        var lines = TextTable.Lines(columns, rows, Math.Max(Width, width)).ToList();
        var caveats = results.SelectMany(result => result.Caveats).GroupBy(caveat => caveat.Code)
            .Select(group => (group.Key, $"{group.First().Text} ({group.Count()} of {results.Count} pairs)"));
        lines.AddSection("Limits of these answers", TextSections.Pairs(caveats, width, TextTone.Warning));
        return lines;
    }

    private static string PartyText(Party party) =>
        $"{party.Name}: {party.Architecture}, {TextNumbers.Count(party.Parameters)} parameters, digest {party.Digest[..Math.Min(12, party.Digest.Length)]}";

    private static IReadOnlyList<string> EvidenceRow(Evidence one) =>
    [
        one.Method, Kebab.Of(one.Kind), one.Detail, one.Log10P is { } log ? TextNumbers.PValue(log) : TextNumbers.Percent(one.Percentile),
        TextNumbers.Effect(one.Effect),
    ];

    private static IEnumerable<TextLine> Layers(ComparisonResult result) =>
        LayerRun.Of(result.LayerMap).Select(run => new TextLine(
            $"  subject {run.SubjectText} matches reference {run.ReferenceText}, mean score {TextNumbers.Effect(run.MeanScore)}"));

    private static string DirectionText(ComparisonResult result) => result.Verdict.Direction switch
    {
        Direction.SubjectFromReference => "from reference",
        Direction.ReferenceFromSubject => "from subject",
        Direction.CommonAncestor => "common ancestor",
        _ => result.Verdict.Relation is Relation.Derived or Relation.Merged ? "undetermined" : "",
    };
}
