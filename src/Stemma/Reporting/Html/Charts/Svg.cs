using System.Globalization;
using System.Text;

namespace Stemma.Reporting.Html.Charts;

/// <summary>One picture inside the page. It is drawn with classes, so that the page's colours for light, dark and paper hold in it. Lengths are user units.</summary>
internal sealed class Svg(double width, double height, string title)
{
    private readonly StringBuilder _body = new();

    public double Width { get; } = width;

    public double Height { get; } = height;

    public void Rect(double x, double y, double w, double h, string kind, double opacity = 1, string hint = "")
    {
        var shade = opacity < 1 ? Put($" fill-opacity=\"{opacity:0.###}\"") : "";
        var tip = hint.Length == 0 ? "/>" : $"><title>{HtmlText.Escape(hint)}</title></rect>";
        _body.Append(Put($"<rect class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(0, w):0.##}\" height=\"{Math.Max(0, h):0.##}\"")).Append(shade).Append(tip).Append('\n');
    }

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        _body.Append(Put($"<line class=\"{kind}\" x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"/>\n"));

    public void Circle(double x, double y, double radius, string kind) => _body.Append(Put($"<circle class=\"{kind}\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\"/>\n"));

    /// <summary>A square mark of the same weight as a circle.</summary>
    public void Square(double x, double y, double radius, string kind) => Rect(x - radius, y - radius, 2 * radius, 2 * radius, kind);

    public void Text(double x, double y, string text, string kind = "") =>
        _body.Append(Put($"<text class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\">")).Append(HtmlText.Escape(text)).Append("</text>\n");

    /// <summary>A text that reads upwards, around its middle.</summary>
    public void Upwards(double x, double y, string text) =>
        _body.Append(Put($"<text class=\"soft middle\" transform=\"translate({x:0.##} {y:0.##}) rotate(-90)\">")).Append(HtmlText.Escape(text)).Append("</text>\n");

    /// <summary>A line through points; a gap where a coordinate is not finite.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string kind)
    {
        var (path, down) = (new StringBuilder(), false);
        foreach (var (x, y) in points)
        {
            var there = double.IsFinite(x) && double.IsFinite(y);
            if (there) path.Append(down ? 'L' : 'M').Append(Put($"{x:0.##} {y:0.##}"));
            down = there;
        }

        if (path.Length > 0) _body.Append($"<path class=\"{kind}\" d=\"{path}\"/>\n");
    }

    public void Arrow(double x1, double x2, double y)
    {
        var back = x2 > x1 ? -9 : 9;
        Line(x1, y, x2 + back, y, "arrow");
        _body.Append(Put($"<path class=\"tip\" d=\"M{x2:0.##} {y:0.##}l{back} -5v10z\"/>\n"));
    }

    /// <summary>The picture with the sentence that stands for it where it cannot be seen.</summary>
    public override string ToString() =>
        Put($"<svg viewBox=\"0 0 {Width:0.##} {Height:0.##}\" width=\"{Width:0.##}\" height=\"{Height:0.##}\" role=\"img\" aria-label=\"")
        + $"{HtmlText.Escape(title)}\"><title>{HtmlText.Escape(title)}</title>\n{_body}</svg>\n";

    private static string Put(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
