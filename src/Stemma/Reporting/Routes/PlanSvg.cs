using Stemma.Reporting.Benches;
using Stemma.Running.Routing.Costs;

namespace Stemma.Reporting.Routes;

/// <summary>Tokens per second and device against sequences at once (each doubling one step): a line per number of devices, plain top-k dashed below it, published points as rings.</summary>
public static class PlanSvg
{
    private const int Width = 760, Height = 440, Left = 76, Right = 130, Top = 72, Bottom = 60;
    private const double PlotWide = Width - Left - Right, PlotHigh = Height - Top - Bottom;

    private const string Style = """
          <style>
            .grid { stroke: #e2e8f0; stroke-width: 1 } .run { fill: none; stroke-width: 2 } .plain { fill: none; stroke-width: 2; stroke-dasharray: 3 4 }
            .c0 { stroke: #1d4ed8 } .c1 { stroke: #b45309 } .c2 { stroke: #0f766e } .c3 { stroke: #7e22ce } .c4 { stroke: #be123c } .c5 { stroke: #334155 }
            .ring { fill: none; stroke: #0f172a; stroke-width: 1.5 }
          </style>

        """;

    public static string Write(ServingPlan plan)
    {
        var svg = new SvgText(Width, Height, "Tokens per second and device against sequences at once", Style);
        var points = plan.Points.Where(point => point.Fits).ToList();
        svg.Text(16, 26, "title", $"{plan.Model.Name} on {plan.Hardware.Name}: tokens per second and device");
        svg.Text(16, 46, "note", plan.Model.IsDense ? "a dense model" : "solid: groups lie whole on devices (MoGE); dashed: plain top-k, which waits for the busiest device");
        if (points.Count == 0)
        {
            svg.Text(Width / 2.0, Height / 2.0, "note middle", "It does not fit into the memory of any number of devices asked for.");
            return svg.ToString();
        }

        var published = Published(plan);
        var most = Math.Max(points.Max(point => point.TokensPerDevice), published.Select(row => row.TokensPerDevice).DefaultIfEmpty(0).Max()) * 1.06;
        var widest = Math.Max(1, Math.Log2(Math.Max(points.Max(point => point.Batch), published.Select(row => row.Pass.Sequences).DefaultIfEmpty(1).Max())));
        (double X, double Y) At(double batch, double tokens) => (Left + (Math.Log2(batch) / widest * PlotWide), Top + PlotHigh - (tokens / most * PlotHigh));
        Axes(svg, most, widest);
        var labelled = new List<double>();
        foreach (var (at, group) in points.GroupBy(point => point.Devices).Index())
        {
            var colour = $"c{at % 6}";
            svg.Path(group.Select(point => At(point.Batch, point.TokensPerDevice)), $"run {colour}");
            if (!plan.Model.IsDense) svg.Path(group.Select(point => At(point.Batch, point.PlainTokensPerDevice!.Value)), $"plain {colour}");
            var end = At(group.Last().Batch, group.Last().TokensPerDevice);
            // Names of lines that end together stand below one another.
            var place = end.Y + 4;
            while (labelled.Exists(taken => Math.Abs(taken - place) < 13)) place += 13;
            labelled.Add(place);
            svg.Text(end.X + 8, place, "tick", RouteWords.Count(group.Key, "device"));
        }

        foreach (var row in published) Ring(svg, At(row.Pass.Sequences, row.TokensPerDevice));
        if (published.Count > 0)
        {
            Ring(svg, (Width - Right - 118, 58));
            svg.Text(Width - Right - 108, 62, "tick", "published, 4 devices");
        }

        return svg.ToString();
    }

    /// <summary>Published points belong into the picture only where they answer the same question.</summary>
    private static List<PublishedTiming> Published(ServingPlan plan) =>
        plan.Hardware.Fitted && plan.Request is { Acceptance: null, WeightBits: 8, Context: 2048 }
            ? [.. PublishedTimings.Fitted.Where(row => row.Shape == plan.Request.Shape && row.Pass.Context > 0 && plan.Request.Devices.Contains(row.Devices))] : [];

    private static void Axes(SvgText svg, double most, double widest)
    {
        foreach (var tick in PlotAxis.Ticks(most))
        {
            var y = Top + PlotHigh - (tick / most * PlotHigh);
            svg.Line(Left, y, Left + PlotWide, y, "grid");
            svg.Text(Left - 8, y + 4, "tick end", TextNumbers.Count((long)tick));
        }

        for (var power = 0; power <= widest; power++) svg.Text(Left + (power / widest * PlotWide), Top + PlotHigh + 18, "tick middle", TextNumbers.Count(1L << power));
        svg.Line(Left, Top + PlotHigh, Left + PlotWide, Top + PlotHigh, "axis");
        svg.Text(Left + (PlotWide / 2), Top + PlotHigh + 42, "note middle", "sequences at once");
    }

    private static void Ring(SvgText svg, (double X, double Y) at)
    {
        const int Corners = 24;
        svg.Path(Enumerable.Range(0, Corners + 1).Select(i => (at.X + (5 * Math.Cos(i * Math.Tau / Corners)), at.Y + (5 * Math.Sin(i * Math.Tau / Corners)))), "ring");
    }
}
