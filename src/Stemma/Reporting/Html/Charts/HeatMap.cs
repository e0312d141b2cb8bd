using Stemma.Judging;
using Stemma.Judging.Figures;

namespace Stemma.Reporting.Html.Charts;

/// <summary>Every layer of the subject against every layer of the reference: the darker, the more alike; layers that belong together are framed.</summary>
internal static class HeatMap
{
    private const double Width = 760, Left = 64, Top = 30, Room = 470, LargestCell = 40, NumbersFrom = 30;
    private const int MostHints = 1600;

    public static string Draw(PairFigures figures, IReadOnlyList<LayerMatch> map)
    {
        var (rows, columns) = (figures.SubjectLayers, figures.ReferenceLayers);
        var cell = Math.Min(LargestCell, Room / Math.Max(1, Math.Max(rows.Count, columns.Count)));
        var (right, bottom) = (Left + (columns.Count * cell), Top + (rows.Count * cell));
        var svg = new Svg(Width, bottom + 44, $"Layer map: {rows.Count} layers of the subject against {columns.Count} of the reference; {map.Count} pairs of layers belong together.");
        svg.Text(Left + (columns.Count * cell / 2), 12, "layer of the reference", "soft middle");
        svg.Upwards(14, Top + (rows.Count * cell / 2), "layer of the subject");
        foreach (var at in Axis.Layers(columns.Count, (int)Math.Max(1, columns.Count * cell / 24))) svg.Text(Left + ((at + 0.5) * cell), Top - 5, $"{columns[at]}", "soft middle");
        foreach (var at in Axis.Layers(rows.Count, (int)Math.Max(1, rows.Count * cell / 16))) svg.Text(Left - 6, Top + ((at + 0.5) * cell) + 4, $"{rows[at]}", "soft end");
        var hints = rows.Count * columns.Count <= MostHints;
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < columns.Count; j++) Cell(svg, Left + (j * cell), Top + (i * cell), cell, figures.Scores[i][j], hints ? $"subject {rows[i]}, reference {columns[j]}: " : null);
        }

        foreach (var match in map)
        {
            var (i, j) = (IndexOf(rows, match.SubjectLayer), IndexOf(columns, match.ReferenceLayer));
            if (i >= 0 && j >= 0) svg.Rect(Left + (j * cell) + 0.5, Top + (i * cell) + 0.5, cell - 1, cell - 1, "matched");
        }

        Scale(svg, Math.Min(Math.Max(right + 36, 330), Width - 190), Top + 6, map.Count);
        svg.Text(Left, bottom + 22, figures.ScoreName, "soft");
        return svg.ToString();
    }

    private static void Cell(Svg svg, double x, double y, double cell, double score, string? place)
    {
        if (!double.IsFinite(score)) return;
        var shade = Math.Clamp(score, 0, 1);
        // A thin white seam tells cells apart without a grid.
        var seam = cell > 8 ? 0.75 : 0;
        svg.Rect(x + seam, y + seam, cell - (2 * seam), cell - (2 * seam), "heat", Math.Round(0.04 + (0.96 * shade), 3), place is null ? "" : $"{place}{score:0.00}");
        if (cell >= NumbersFrom) svg.Text(x + (cell / 2), y + (cell / 2) + 4, Score(score), shade > 0.5 ? "middle onheat" : "middle");
    }

    private static string Score(double score) => Math.Abs(score) < 0.005 ? "0" : $"{score:0.00}".Replace("0.", ".", StringComparison.Ordinal).Replace('-', '\u2212');

    private static void Scale(Svg svg, double x, double top, int matched)
    {
        svg.Text(x, top + 4, "likeness", "head");
        for (var step = 0; step <= 4; step++)
        {
            svg.Rect(x, top + 14 + (step * 18), 26, 17, "heat", Math.Round(0.04 + (0.96 * (4 - step) / 4), 3));
            svg.Text(x + 34, top + 27 + (step * 18), ((4 - step) / 4.0).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture), "soft");
        }

        if (matched == 0) return;
        svg.Rect(x + 1, top + 117, 24, 15, "matched");
        svg.Text(x + 34, top + 129, "belong together", "soft");
    }

    private static int IndexOf(IReadOnlyList<int> layers, int layer)
    {
        for (var at = 0; at < layers.Count; at++)
            if (layers[at] == layer) return at;
        return -1;
    }
}
