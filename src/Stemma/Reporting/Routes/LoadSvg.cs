using System.Globalization;
using Stemma.Reporting.Benches;
using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>
/// A field per layer (downwards) and expert (to the right), the darker the more tokens, with lines between devices; beside each layer a bar of its imbalance score.
/// The model's own rule on the left, the other rule on the same scores on the right.
/// </summary>
public static class LoadSvg
{
    private const int Width = 760, Left = 46, Top = 96, Gap = 30, BarRoom = 74, Bottom = 46, Shades = 10;
    private const double Panel = (Width - Left - Gap - 20) / 2.0, Field = Panel - BarRoom;

    /// <summary>Light to dark.</summary>
    private static readonly string Style = "  <style>\n" + string.Concat(Enumerable.Range(0, Shades).Select(shade =>
        string.Create(CultureInfo.InvariantCulture, $"    .s{shade} {{ fill: #{248 - (25 * shade):x2}{250 - (21 * shade):x2}{252 - (10 * shade):x2} }}\n"))) + "    .border { stroke: #ffffff; stroke-width: 2 }\n  </style>\n";

    public static string Write(MeasuredRouting measured)
    {
        var high = Math.Clamp(360.0 / measured.Layers.Count, 6, 30);
        var svg = new SvgText(Width, (int)(Top + (high * measured.Layers.Count) + Bottom), "Tokens per layer and expert, and imbalance score per layer", Style);
        svg.Text(16, 26, "title", $"{measured.Model}: where the routers send {TextNumbers.Count(measured.Tokens)} tokens");
        svg.Text(16, 46, "note", $"{measured.Setting.Experts} experts, {measured.Setting.Top} per token, on {RouteWords.Count(measured.Setting.Devices, "device")}; {RouteWords.Count(measured.Setting.Tokens, "token")} at once");
        var grouped = measured.OwnRule is OwnRouting.Grouped;
        var loads = measured.Layers.SelectMany(layer => layer.Own.ExpertLoads.Concat(Other(layer, grouped).ExpertLoads)).ToList();
        var (least, top) = (loads.Min(), Math.Max(loads.Max(), loads.Min() + 1));
        int Shade(long load) => (int)Math.Round((double)(load - least) / (top - least) * (Shades - 1));
        var most = Math.Max(0.05, measured.Layers.Max(layer => Math.Max(layer.Own.Imbalance.Mean, Other(layer, grouped).Imbalance.Mean)));
        Draw(svg, measured, Left, high, most, $"as it is{(grouped ? $": {RouteWords.Count(measured.Setting.Groups, "group")} (MoGE)" : "")}", "related", layer => layer.Own, Shade, layerNumbers: true);
        Draw(svg, measured, Left + Panel + Gap, high, most, grouped ? $"plain top-{measured.Setting.Top} on the same scores" : $"{RouteWords.Count(measured.Setting.Groups, "group")} (MoGE) on the same scores", "unrelated", layer => Other(layer, grouped), Shade, layerNumbers: false);
        string Part(long load) => RouteWords.Share((double)load / measured.Tokens);
        svg.Text(Left, Top + (high * measured.Layers.Count) + 32, "note", $"fields: asked for {Part(least)} of tokens (lightest) to {Part(top)} (darkest); white lines part devices; bars: imbalance score");
        return svg.ToString();
    }

    private static RuleLoad Other(LayerRouting layer, bool grouped) => grouped ? layer.TopK : layer.Grouped;

    private static void Draw(SvgText svg, MeasuredRouting measured, double left, double high, double most, string title, string kind, Func<LayerRouting, RuleLoad> rule, Func<long, int> shade, bool layerNumbers)
    {
        var (experts, wide) = (measured.Setting.Experts, Field / measured.Setting.Experts);
        svg.Text(left, Top - 26, "name", title);
        svg.Text(left, Top - 8, "tick", $"experts 0 to {experts - 1}");
        svg.Text(left + Field + 6, Top - 8, "tick", "IS");
        foreach (var (at, layer) in measured.Layers.Index())
        {
            var (y, load) = (Top + (at * high), rule(layer));
            if (layerNumbers && (high >= 11 || at % 4 == 0)) svg.Text(left - 8, y + (high / 2) + 4, "tick end", TextNumbers.Count(layer.Layer));
            for (var expert = 0; expert < experts; expert++)
            {
                svg.Rect(left + (expert * wide), y, wide, high - 1, $"s{shade(load.ExpertLoads[expert])}");
            }

            var bar = load.Imbalance.Mean / most * (BarRoom - 44);
            svg.Rect(left + Field + 6, y + (high * 0.2), Math.Max(1, bar), high * 0.6, kind);
            if (high >= 11) svg.Text(left + Field + 10 + Math.Max(1, bar), y + (high / 2) + 4, "tick", RouteWords.Score(load.Imbalance.Mean));
        }

        for (var device = 1; device < measured.Setting.Devices; device++)
        {
            var x = left + (device * measured.Setting.ExpertsPerDevice * wide);
            svg.Line(x, Top, x, Top + (high * measured.Layers.Count), "border");
        }
    }
}
