using Stemma.Judging;
using Stemma.Judging.Figures;

namespace Stemma.Reporting.Html.Charts;

/// <summary>P-values as bars: of each exact test, and of the unit test layer by layer. The longer the bar, the less likely is such agreement by accident.</summary>
internal static class PValueChart
{
    private const double Width = 760;

    /// <summary>One bar per test, the last for all together; the line is where a relation is claimed.</summary>
    public static string OfTests(IReadOnlyList<(string Name, double Log10P)> tests)
    {
        const double left = 150, right = 34, row = 28, top = 34;
        var svg = new Svg(Width, top + (tests.Count * row) + 46, $"P-values of the exact tests: {string.Join("; ", tests.Select(t => $"{t.Name} {TextNumbers.PValue(t.Log10P)}"))}.");
        var scale = new LogP(tests.Select(t => -t.Log10P), left, Width - right);
        var bottom = top + (tests.Count * row);
        Ticks(svg, scale, top - 6, bottom, (x, text) => svg.Text(x, bottom + 16, text, "soft middle"));
        foreach (var (at, (name, log10P)) in tests.Index())
        {
            var y = top + (at * row);
            svg.Text(left - 10, y + 16, name, at == tests.Count - 1 ? "end head" : "end");
            svg.Rect(left, y + 4, Math.Max(1.5, scale.At(-log10P) - left), row - 10, at == tests.Count - 1 ? "subject" : "third");
        }

        svg.Line(scale.At(-Thresholds.ClaimLog10P), top - 10, scale.At(-Thresholds.ClaimLog10P), bottom, "limitline");
        svg.Text(scale.At(-Thresholds.ClaimLog10P), top - 16, "a relation is claimed to the right of this line", "soft middle");
        svg.Text((left + Width - right) / 2, bottom + 36, "p-value (further right: less likely by accident)", "soft middle");
        return svg.ToString();
    }

    /// <summary>One bar per pair of layers.</summary>
    public static string OfLayers(IReadOnlyList<LayerTest> tests)
    {
        const double left = 64, right = 12, top = 14, height = 150, bottom = top + height;
        var svg = new Svg(Width, bottom + 44, $"P-values of the unit test per layer; the smallest is {TextNumbers.PValue(tests.Min(t => t.Log10P))}.");
        var scale = new LogP(tests.Select(t => -t.Log10P), bottom, top);
        foreach (var (strength, text) in scale.Ticks)
        {
            svg.Line(left, scale.At(strength), Width - right, scale.At(strength), strength == 0 ? "axis" : "grid");
            svg.Text(left - 6, scale.At(strength) + 4, text, "soft end");
        }

        var step = (Width - left - right) / tests.Count;
        var wide = Math.Min(34, Math.Max(1, step * 0.7));
        foreach (var (at, test) in tests.Index())
        {
            var y = Math.Min(bottom - 1.5, scale.At(-test.Log10P));
            svg.Rect(
                left + ((at + 0.5) * step) - (wide / 2), y, wide, bottom - y, "subject", 1,
                $"layer {test.SubjectLayer} and {test.ReferenceLayer}: {test.Same} of {test.Offered} units keep their number, chance {test.Expected:0.#}");
        }

        foreach (var at in Axis.Layers(tests.Count, 20)) svg.Text(left + ((at + 0.5) * step), bottom + 15, Label(tests[at]), "soft middle");
        svg.Text((left + Width - right) / 2, bottom + 34, tests.All(t => t.SubjectLayer == t.ReferenceLayer) ? "layer" : "layer of the subject : layer of the reference", "soft middle");
        return svg.ToString();
    }

    private static void Ticks(Svg svg, LogP scale, double top, double bottom, Action<double, string> label)
    {
        foreach (var (strength, text) in scale.Ticks)
        {
            svg.Line(scale.At(strength), top, scale.At(strength), bottom, strength == 0 ? "axis" : "grid");
            label(scale.At(strength), text);
        }
    }

    private static string Label(LayerTest test) => test.SubjectLayer == test.ReferenceLayer ? $"{test.SubjectLayer}" : $"{test.SubjectLayer}:{test.ReferenceLayer}";
}
