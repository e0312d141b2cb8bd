using System.Globalization;
using Stemma.Reporting.Benches;
using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>Distribution of the imbalance score: plain top-k above, grouped routing below on the same axis, each to its own height.</summary>
public static class RouteSvg
{
    private const int Width = 760, Left = 150, Right = 30, Top = 64, RowHeight = 170, BarHeight = 120, MostBars = 72;
    private const double Plot = Width - Left - Right;

    public static string Write(RoutingSimulation simulation)
    {
        var setting = simulation.Setting;
        var svg = new SvgText(Width, Top + (2 * RowHeight) + 40, "Imbalance score of plain top-k and of grouped routing");
        svg.Text(16, 26, "title", "How unevenly routing loads the devices");
        svg.Text(16, 46, "note", $"{setting.Experts} experts, {setting.Top} per token, {setting.Devices} devices, {setting.Tokens} tokens at once; all experts equally likely");
        var highest = Math.Max(0.1, Math.Max(Last(simulation.TopK), Last(simulation.Grouped))) * 1.05;
        Row(svg, simulation.TopK, $"plain top-{setting.Top}", "unrelated", Top, highest);
        Row(svg, simulation.Grouped, "MoGE", "related", Top + RowHeight, highest);
        svg.Text(Left + (Plot / 2), Top + (2 * RowHeight) + 28, "note middle", "imbalance score: (most - least expert computations on a device) / tokens");
        return svg.ToString();
    }

    private static double Last(RuleImbalance rule) => RouteText.Bins(rule, MostBars)[^1].Score;

    private static void Row(SvgText svg, RuleImbalance rule, string name, string kind, double top, double highest)
    {
        var bars = RouteText.Bins(rule, MostBars);
        var axis = top + 20 + BarHeight;
        svg.Text(16, axis - 64, "name", name);
        svg.Text(16, axis - 46, "note", string.Create(CultureInfo.InvariantCulture, $"mean {rule.Mean:0.000}"));
        svg.Text(16, axis - 30, "note", rule.IsExact ? "exact" : $"{TextNumbers.Count(rule.Drawn!.Batches)} batches");
        var most = bars.Max(bar => bar.Share);
        var gap = bars.Count > 1 ? bars.Zip(bars.Skip(1), (a, b) => b.Score - a.Score).Min() : highest / 20;
        var wide = Math.Clamp((gap / highest * Plot) - 1, 1.5, 26);
        foreach (var bar in bars)
        {
            var height = bar.Share / most * BarHeight;
            svg.Rect(X(bar.Score, highest) - (wide / 2), axis - height, wide, height, kind);
        }

        svg.Line(Left - 14, axis, Left + Plot, axis, "axis");
        var tallest = bars.First(bar => bar.Share == most);
        svg.Text(X(tallest.Score, highest), axis - BarHeight - 6, "tick middle", RouteWords.Share(most));
        foreach (var at in PlotAxis.Ticks(highest))
        {
            svg.Line(X(at, highest), axis, X(at, highest), axis + 4, "axis");
            svg.Text(X(at, highest), axis + 17, "tick middle", at.ToString("0.##", CultureInfo.InvariantCulture));
        }
    }

    private static double X(double score, double highest) => Left + (score / highest * Plot);
}
