using Stemma.Judging;
using Stemma.Judging.Figures;
using Stemma.Reporting.Html.Charts;

namespace Stemma.Reporting.Html.Sections;

/// <summary>The pictures of one pair.</summary>
internal static class FiguresSection
{
    /// <summary>Attention first: these four are what the public debate was about.</summary>
    private const int MostCurvePictures = 3;

    public static void Write(HtmlText page, ComparisonResult pair, PairFigures? figures, FigureNumbers numbers, string title)
    {
        if (pair.Evidence.Count == 0) return;
        page.Element(title, "Pictures");
        var exact = ReportOrder.Of(pair.Evidence).Where(one => one.Log10P is not null).Select(one => (one.Method, one.Log10P!.Value)).ToList();
        if (exact.Count > 0)
        {
            numbers.Add(page, PValueChart.OfTests([.. exact, ("all together", pair.Verdict.Log10P)]),
                "How unlikely the agreement is by accident, test by test, and of all exact tests together. A bar at the left edge found nothing. The scale is logarithmic twice over: each line further right is smaller by many powers of ten.");
        }

        if (figures is { Tests.Count: > 0 } && figures.Tests.Any(t => t.Offered > 0))
        {
            numbers.Add(page, PValueChart.OfLayers(figures.Tests),
                "The exact test of unit numbers, layer by layer: the p-value of each pair of layers alone. " + (figures.Tests.All(t => t.Log10P > Thresholds.SilentLog10P)
                    ? "No layer rejects independence: the units were numbered anew, or never had a common number."
                    : "Bars above 10^-3 are beyond accident even for one layer."));
        }

        Map(page, pair, figures, numbers);
        var lines = ReportOrder.Of(pair.Evidence).SelectMany(one => one.Series.Where(s => s.Panel.Length == 0 && s.Values.Count == pair.LayerMap.Count && s.Values.Count > 1).Select(s => (MethodGuide.Of(one.Method).Title, s.Values)))
            .Take(Legend.Kinds.Length).ToList();
        if (lines.Count > 0)
        {
            numbers.Add(page, LayerLines.Draw(lines, pair.LayerMap),
                "What several methods found in each pair of corresponding layers. 0 is what unrelated layers show, 1 is a copy.");
        }

        var curves = ReportOrder.Of(pair.Evidence).Select(one => (Evidence: one, Panels: CurveChart.PanelsOf(one))).FirstOrDefault(found => found.Panels.Count > 0);
        foreach (var (at, panels) in (curves.Panels ?? []).Chunk(CurveChart.PanelsPerPicture).Take(MostCurvePictures).Index())
        {
            numbers.Add(page, CurveChart.Draw(panels, pair.Subject.Name, pair.Reference.Name), at == 0
                ? "Standard deviation of the numbers in each matrix, layer by layer (the sigma curves). Descriptive only: unrelated models of one shape look alike here too; of 8,698 unrelated public pairs 2.3 % correlate at 0.9 or more."
                : "The same for further parts of the layers.");
        }
    }

    private static void Map(HtmlText page, ComparisonResult pair, PairFigures? figures, FigureNumbers numbers)
    {
        var known = figures is { SubjectLayers.Count: > 0, ReferenceLayers.Count: > 0 } ? figures : FromMap(pair.LayerMap);
        if (known is null) return;
        numbers.Add(page, HeatMap.Draw(known, pair.LayerMap), pair.LayerMap.Count == 0
            ? "Every layer of the subject against every layer of the reference. No layers correspond: a relation would show as a dark line."
            : "Every layer of the subject against every layer of the reference. Framed: layers that belong together. A dark diagonal is what descent looks like; a step in it is a layer that was added or dropped.");
    }

    /// <summary>Without fingerprints only the pairs that belong together are known.</summary>
    private static PairFigures? FromMap(IReadOnlyList<LayerMatch> map)
    {
        if (map.Count == 0) return null;
        var scores = map.ToDictionary(m => (m.SubjectLayer, m.ReferenceLayer), m => m.Score);
        int[] rows = [.. Enumerable.Range(0, map.Max(m => m.SubjectLayer) + 1)], columns = [.. Enumerable.Range(0, map.Max(m => m.ReferenceLayer) + 1)];
        return new(rows, columns, [.. rows.Select(i => (IReadOnlyList<double>)[.. columns.Select(j => scores.GetValueOrDefault((i, j), double.NaN))])], "only the layers that belong together are known here", []);
    }
}
