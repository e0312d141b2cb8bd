using Stemma.Judging;

namespace Stemma.Reporting.Html.Charts;

/// <summary>What several methods found in each pair of corresponding layers, on one scale from 0 to 1.</summary>
internal static class LayerLines
{
    private const double Width = 760, Left = 50, Right = 12, Top = 36, Height = 150;

    /// <param name="lines">At most three: what each is, and one value per pair of <paramref name="map"/>.</param>
    /// <param name="map">The pairs of layers, in the order of the values.</param>
    public static string Draw(IReadOnlyList<(string Name, IReadOnlyList<double> Values)> lines, IReadOnlyList<LayerMatch> map)
    {
        var (count, bottom) = (lines[0].Values.Count, Top + Height);
        var svg = new Svg(Width, bottom + 42, $"Agreement per layer: {string.Join("; ", lines.Select(line => line.Name))}.");
        var all = lines.SelectMany(line => line.Values).Where(double.IsFinite).ToList();
        var y = new Axis(Math.Min(0, all.DefaultIfEmpty(0).Min()), Math.Max(1, all.DefaultIfEmpty(1).Max()), bottom, Top);
        foreach (var (value, text) in y.Ticks(4))
        {
            svg.Line(Left, y.At(value), Width - Right, y.At(value), value == 0 ? "axis" : "grid");
            svg.Text(Left - 6, y.At(value) + 4, text, "soft end");
        }

        double X(int at) => Left + ((at + 0.5) * (Width - Left - Right) / count);
        foreach (var at in Axis.Layers(count, 20)) svg.Text(X(at), bottom + 15, Label(map, at), "soft middle");
        svg.Text((Left + Width - Right) / 2, bottom + 34, map.All(m => m.SubjectLayer == m.ReferenceLayer) ? "layer" : "layer of the subject : layer of the reference", "soft middle");
        Legend.Draw(svg, 8, 18, [.. lines.Select((line, at) => (Legend.Kinds[at], line.Name))]);
        foreach (var (at, (_, values)) in lines.Index())
        {
            svg.Path(values.Select((value, layer) => (X(layer), y.At(value))), Legend.Kinds[at]);
            if (count > 64) continue;
            foreach (var (layer, value) in values.Index().Where(v => double.IsFinite(v.Item))) Legend.Mark(svg, X(layer), y.At(value), Legend.Kinds[at]);
        }

        return svg.ToString();
    }

    private static string Label(IReadOnlyList<LayerMatch> map, int at) =>
        at >= map.Count ? $"{at}" : map[at].SubjectLayer == map[at].ReferenceLayer ? $"{map[at].SubjectLayer}" : $"{map[at].SubjectLayer}:{map[at].ReferenceLayer}";
}
