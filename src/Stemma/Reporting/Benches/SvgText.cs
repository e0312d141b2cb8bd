using System.Globalization;
using System.Net;
using System.Text;

namespace Stemma.Reporting.Benches;

/// <summary>Writes one SVG document of rectangles, lines and text, the same bytes on every machine. Colours are told apart without hue too: blue is dark, orange light.</summary>
internal sealed class SvgText
{
    private const string Style = """
        <style>
            .page { fill: #f8fafc } .title { fill: #0f172a; font-size: 16px; font-weight: 600 } .name { fill: #0f172a; font-weight: 600 } .note { fill: #475569; font-size: 12px }
            .tick { fill: #64748b; font-size: 11px } .end { text-anchor: end } .middle { text-anchor: middle } .related { fill: #1d4ed8 } .unrelated { fill: #f59e0b }
            .axis { stroke: #334155; stroke-width: 1 } .limit { stroke: #dc2626; stroke-width: 1.5; stroke-dasharray: 4 3 }
          </style>
        """;

    private readonly StringBuilder _body = new();
    private readonly string _head;

    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="label">What the picture shows, for those who cannot see it.</param>
    /// <param name="style">Further rules of style, if any.</param>
    public SvgText(int width, int height, string label, string style = "")
    {
        _head = string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"{Escape(label)}\">\n  {Style}\n{style}  <rect class=\"page\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n");
    }

    public void Rect(double x, double y, double width, double height, string kind) =>
        _body.Append(CultureInfo.InvariantCulture, $"  <rect class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>\n");

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        _body.Append(CultureInfo.InvariantCulture, $"  <line class=\"{kind}\" x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"/>\n");

    public void Text(double x, double y, string kind, string text) =>
        _body.Append(CultureInfo.InvariantCulture, $"  <text class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\">{Escape(text)}</text>\n");

    /// <summary>A line through points.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string kind)
    {
        var joined = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}")));
        _body.Append(CultureInfo.InvariantCulture, $"  <polyline class=\"{kind}\" points=\"{joined}\"/>\n");
    }

    public override string ToString() => $"{_head}{_body}</svg>\n";

    private static string Escape(string text) => WebUtility.HtmlEncode(ShownText.Escape(text));
}
