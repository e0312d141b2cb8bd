using System.Text;
using Stemma.Comparing;

namespace Stemma.Reporting;

/// <summary>Series of numbers as curves two lines high, on one scale per piece of evidence: people look rather than read.</summary>
internal static class TextCurves
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const int Levels = 16;
    private const int LabelWidth = 24;

    public static IEnumerable<TextLine> Lines(Evidence evidence, int width)
    {
        var finite = evidence.Series.SelectMany(series => series.Values).Where(double.IsFinite).ToList();
        if (finite.Count == 0) yield break;
        var (low, high) = (finite.Min(), finite.Max());
        yield return new($"  {ShownText.Escape(evidence.Method)}, from {TextNumbers.Figures(low)} to {TextNumbers.Figures(high)}", TextTone.Faint);
        foreach (var series in evidence.Series)
        {
            var (top, bottom) = Curve(series.Values, low, high, Math.Max(8, width - LabelWidth - 4));
            var label = ShownText.Wrap(series.Name, LabelWidth);
            if (top.Trim().Length > 0 || label.Count > 1) yield return new($"  {(label.Count > 1 ? label[0] : ""),-LabelWidth}  {top}".TrimEnd());
            yield return new($"  {(label.Count > 1 ? label[1] : label[0]),-LabelWidth}  {bottom}".TrimEnd());
        }
    }

    /// <summary>Two rows of blocks. A missing value leaves a gap; the lowest value still shows one line.</summary>
    private static (string Top, string Bottom) Curve(IReadOnlyList<double> values, double low, double high, int room)
    {
        var cells = Math.Min(room, values.Count);
        var repeat = Math.Clamp(room / Math.Max(1, cells), 1, 3);
        var (top, bottom) = (new StringBuilder(), new StringBuilder());
        for (var cell = 0; cell < cells; cell++)
        {
            var (from, to) = (cell * values.Count / cells, (cell + 1) * values.Count / cells);
            var bin = Enumerable.Range(from, to - from).Select(at => values[at]).Where(double.IsFinite).ToList();
            var level = bin.Count == 0 ? 0 : high > low ? 1 + (int)Math.Round((bin.Average() - low) / (high - low) * (Levels - 1)) : Levels / 2;
            top.Append(Blocks[Math.Max(0, level - 8)], repeat);
            bottom.Append(Blocks[Math.Min(8, level)], repeat);
        }

        return (top.ToString(), bottom.ToString());
    }
}
