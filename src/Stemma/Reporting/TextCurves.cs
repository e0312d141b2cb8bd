using System.Text;
using Stemma.Comparing;

namespace Stemma.Reporting;

/// <summary>
/// Series of numbers as curves one line high: people look rather than read. Each curve goes from its own lowest to its own highest value, which stand beside
/// it: a likeness of shape shows even where the levels differ, and that is how such curves are compared.
/// </summary>
internal static class TextCurves
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const int Levels = 8;
    private const int RangeWidth = 26;

    /// <summary>The two sides of the first panels under each other; nothing when the evidence has no panels.</summary>
    public static IEnumerable<TextLine> Panels(Evidence evidence, int width, int most)
    {
        var panels = evidence.Series.Where(series => series.Panel.Length > 0).GroupBy(series => series.Panel, StringComparer.Ordinal)
            .Where(panel => panel.All(series => series.Values.Any(double.IsFinite))).Take(most).ToList();
        if (panels.Count == 0) yield break;
        var label = Math.Min(16, panels.Max(panel => ShownText.Escape(panel.Key).Length));
        foreach (var panel in panels)
        {
            foreach (var (at, series) in panel.Index().Take(2))
            {
                var name = at == 0 ? ShownText.Wrap(panel.Key, label)[0] : "";
                yield return new($"  {name.PadRight(label)}  {(at == 0 ? "subject  " : "reference")}  {Curve(series.Values, width - label - 15 - RangeWidth)}");
            }
        }
    }

    /// <summary>Every series of the evidence: panels first, then those that stand alone, each under its name.</summary>
    public static IEnumerable<TextLine> All(Evidence evidence, int width)
    {
        foreach (var line in Panels(evidence, width, int.MaxValue)) yield return line;
        foreach (var series in evidence.Series.Where(series => series.Panel.Length == 0 && series.Values.Any(double.IsFinite)))
        {
            foreach (var line in ShownText.Wrap($"{series.Name}:", width - 2)) yield return new("  " + line, TextTone.Faint);
            yield return new($"    {Curve(series.Values, width - 4 - RangeWidth)}");
        }
    }

    /// <summary>Blocks, then the range. A missing value leaves a gap; the lowest value still shows one line.</summary>
    private static string Curve(IReadOnlyList<double> values, int room)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = (finite.Min(), finite.Max());
        room = Math.Max(8, room);
        var cells = Math.Min(room, values.Count);
        var repeat = Math.Clamp(room / Math.Max(1, cells), 1, 2);
        var curve = new StringBuilder();
        for (var cell = 0; cell < cells; cell++)
        {
            var (from, to) = (cell * values.Count / cells, (cell + 1) * values.Count / cells);
            var bin = Enumerable.Range(from, to - from).Select(at => values[at]).Where(double.IsFinite).ToList();
            var level = bin.Count == 0 ? 0 : high > low ? 1 + (int)Math.Round((bin.Average() - low) / (high - low) * (Levels - 1)) : Levels / 2;
            curve.Append(Blocks[Math.Clamp(level, 0, Levels)], repeat);
        }

        return $"{curve}  {TextNumbers.Figures(low)} to {TextNumbers.Figures(high)}";
    }
}
