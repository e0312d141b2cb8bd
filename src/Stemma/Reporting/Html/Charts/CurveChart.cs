using Stemma.Comparing;

namespace Stemma.Reporting.Html.Charts;

/// <summary>The two sides of up to four panels: one value per layer, subject against reference, both on one scale.</summary>
internal static class CurveChart
{
    public const int PanelsPerPicture = 4;

    private const double Width = 760, PanelWidth = 372, PanelHeight = 186, Top = 34, Left = 54, Inner = 306, Depth = 104;

    /// <summary>A panel: its name, the subject's values, the reference's values.</summary>
    public sealed record Panel(string Name, IReadOnlyList<double> Subject, IReadOnlyList<double> Reference);

    /// <summary>The panels of an evidence, in its order.</summary>
    public static IReadOnlyList<Panel> PanelsOf(Evidence evidence) =>
        [.. evidence.Series.Where(series => series.Panel.Length > 0).GroupBy(series => series.Panel, StringComparer.Ordinal).Select(group => group.ToList())
            .Where(sides => sides.Count >= 2 && sides.Take(2).All(side => side.Values.Any(double.IsFinite)))
            .Select(sides => new Panel(sides[0].Panel, sides[0].Values, sides[1].Values))];

    /// <param name="panels">One to <see cref="PanelsPerPicture"/>.</param>
    /// <param name="subject">Name of the subject.</param>
    /// <param name="reference">Name of the reference.</param>
    public static string Draw(IReadOnlyList<Panel> panels, string subject, string reference)
    {
        var rows = (panels.Count + 1) / 2;
        var svg = new Svg(Width, Top + (rows * PanelHeight), $"Standard deviation per layer of {string.Join(", ", panels.Select(p => p.Name))}: {subject} and {reference}, layer by layer.");
        Legend.Draw(svg, 8, 18, [("subject", subject), ("reference", reference)]);
        foreach (var (at, panel) in panels.Index()) Draw(svg, panel, at % 2 * (PanelWidth + 16), Top + (at / 2 * PanelHeight));
        return svg.ToString();
    }

    private static void Draw(Svg svg, Panel panel, double left, double top)
    {
        var (x0, y0, y1) = (left + Left, top + 32, top + 32 + Depth);
        var y = Axis.Holding(panel.Subject.Concat(panel.Reference), y1, y0);
        svg.Text(left + 8, top + 14, panel.Name, "head");
        foreach (var (value, text) in y.Ticks(3))
        {
            svg.Line(x0, y.At(value), x0 + Inner, y.At(value), "grid");
            svg.Text(x0 - 6, y.At(value) + 4, text, "soft end");
        }

        svg.Line(x0, y1, x0 + Inner, y1, "axis");
        // Models of one depth meet layer by layer; of two depths, at the same share of the way.
        var one = panel.Subject.Count == panel.Reference.Count;
        double X(int layer, int count) => x0 + 8 + (count < 2 ? 0.5 : (double)layer / (count - 1)) * (Inner - 16);
        if (one) foreach (var layer in Axis.Layers(panel.Subject.Count, 12)) svg.Text(X(layer, panel.Subject.Count), y1 + 15, $"{layer}", "soft middle");
        else foreach (var (share, text) in new[] { (0, "first"), (1, "middle"), (2, "last") }) svg.Text(X(share, 3), y1 + 15, text, "soft middle");
        svg.Text(x0 + (Inner / 2), y1 + 31, one ? "layer" : $"depth (subject {panel.Subject.Count} layers, reference {panel.Reference.Count})", "soft middle");
        svg.Path(panel.Reference.Select((value, layer) => (X(layer, panel.Reference.Count), y.At(value))), "reference");
        svg.Path(panel.Subject.Select((value, layer) => (X(layer, panel.Subject.Count), y.At(value))), "subject");
        if (Math.Max(panel.Subject.Count, panel.Reference.Count) > 48) return;
        foreach (var (layer, value) in panel.Reference.Index().Where(v => double.IsFinite(v.Item))) svg.Square(X(layer, panel.Reference.Count), y.At(value), 2.6, "reference");
        foreach (var (layer, value) in panel.Subject.Index().Where(v => double.IsFinite(v.Item))) svg.Circle(X(layer, panel.Subject.Count), y.At(value), 3, "subject");
    }
}
