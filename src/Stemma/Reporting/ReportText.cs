using Stemma.Comparing;
using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>A comparison for people. The first line answers; evidence, changes, limits and one picture follow, on one screen.</summary>
public static class ReportText
{
    /// <summary>Narrowest and usual width, in characters.</summary>
    public const int Width = 80;

    private const int PanelsShown = 4;
    private const int LayerRunsShown = 6;

    /// <summary>The report of one pair.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="width">Characters per line.</param>
    /// <param name="details">Everything: whole sentences, every curve, every null hypothesis. Otherwise one screen.</param>
    public static IReadOnlyList<TextLine> Lines(ComparisonResult result, int width = Width, bool details = false)
    {
        width = Math.Max(Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(result.Verdict.Summary, width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        lines.AddRange(TextSections.Pairs([("subject", PartyText(result.Subject)), ("reference", PartyText(result.Reference))], width));
        var evidence = ReportOrder.Of(result.Evidence);
        // Where nothing was found at all, what each method counted is the answer.
        var collapse = !details && result.Verdict.Relation is not (Relation.Unrelated or Relation.Inconclusive);
        lines.AddSection("Evidence", EvidenceTable.Lines(evidence, width, details, collapse));
        lines.AddSection("Changes found", TextSections.Pairs(result.Verdict.Operations.Select(one => (one.Name, one.Detail)), width));
        lines.AddSection("Layers", Layers(result, details));
        lines.AddSection("Limits of this answer", TextSections.Pairs(result.Caveats.Select(one => (one.Code, one.Text)), width, TextTone.Warning));
        if (details) Details(lines, evidence, width);
        else Picture(lines, evidence, width);
        return lines;
    }

    private static void Details(List<TextLine> lines, IReadOnlyList<Evidence> evidence, int width)
    {
        foreach (var one in evidence) lines.AddSection($"Curves of {one.Method}, one value per layer; each from its lowest to its highest", TextCurves.All(one, width));
        var nulls = evidence.Where(one => one.NullHypothesis.Length > 0).Select(one => (one.Method, one.NullHypothesis));
        lines.AddSection("What each p-value and rank assumes", TextSections.Pairs(nulls, width, TextTone.Faint));
    }

    private static void Picture(List<TextLine> lines, IReadOnlyList<Evidence> evidence, int width)
    {
        var pictured = evidence.FirstOrDefault(one => one.Series.Any(series => series.Panel.Length > 0));
        if (pictured is not null) lines.AddSection("Spread of the attention matrices by layer (unrelated models look alike here too)", TextCurves.Panels(pictured, width, PanelsShown));
        if (evidence.Count == 0) return;
        lines.Add(new(""));
        lines.Add(new("--details shows every method in full, every curve and what each number assumes.", TextTone.Faint));
    }

    private static string PartyText(Party party) =>
        $"{party.Name}: {party.Architecture}, {TextNumbers.Count(party.Parameters)} parameters, digest {party.Digest[..Math.Min(12, party.Digest.Length)]}";

    /// <summary>One run that starts at the first layer of both says nothing that the reader did not expect.</summary>
    private static IEnumerable<TextLine> Layers(ComparisonResult result, bool details)
    {
        var runs = LayerRun.Of(result.LayerMap);
        if (!details && runs is [{ Subject: 0, Reference: 0 }]) yield break;
        foreach (var run in runs.Take(details ? runs.Count : LayerRunsShown))
        {
            yield return new($"  subject {run.SubjectText} matches reference {run.ReferenceText}, mean score {TextNumbers.Effect(run.MeanScore)}");
        }

        if (!details && runs.Count > LayerRunsShown) yield return new($"  and {runs.Count - LayerRunsShown} more runs of layers");
    }
}
