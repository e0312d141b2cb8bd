namespace Stemma.Reporting.Html.Charts;

/// <summary>Which line is whose: a piece of each line, its mark and a name.</summary>
internal static class Legend
{
    private const int LongestName = 34;

    /// <summary>The looks that lines have: colour, dashes and mark together.</summary>
    public static readonly string[] Kinds = ["subject", "reference", "third"];

    public static void Draw(Svg svg, double x, double y, IReadOnlyList<(string Kind, string Name)> entries)
    {
        foreach (var (kind, name) in entries)
        {
            svg.Path([(x, y - 4), (x + 30, y - 4)], kind);
            Mark(svg, x + 15, y - 4, kind);
            var shown = Shorten(name, LongestName);
            svg.Text(x + 38, y, shown);
            x += 38 + (shown.Length * 7.2) + 24;
        }
    }

    public static void Mark(Svg svg, double x, double y, string kind)
    {
        if (kind == "subject") svg.Circle(x, y, 3, kind);
        else svg.Square(x, y, kind == "third" ? 2 : 2.6, kind);
    }

    /// <summary>A name that fits; what is cut is marked.</summary>
    public static string Shorten(string name, int most)
    {
        var safe = ShownText.Escape(name);
        return safe.Length <= most ? safe : string.Concat(safe.AsSpan(0, most - 1), "…");
    }
}
