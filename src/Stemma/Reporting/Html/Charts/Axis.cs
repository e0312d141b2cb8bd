using System.Globalization;

namespace Stemma.Reporting.Html.Charts;

/// <summary>A scale between two places of a picture, with ticks at round numbers.</summary>
/// <param name="Low">Value at <paramref name="From"/>.</param>
/// <param name="High">Value at <paramref name="To"/>; above <paramref name="Low"/>.</param>
/// <param name="From">Place in the picture, in its units.</param>
/// <param name="To">Place in the picture; may be the smaller one.</param>
internal sealed record Axis(double Low, double High, double From, double To)
{
    public double At(double value) => From + ((value - Low) / (High - Low) * (To - From));

    /// <summary>A scale that holds all finite values with a little air; from zero where that costs little room.</summary>
    public static Axis Holding(IEnumerable<double> values, double from, double to)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (finite.Min(), finite.Max());
        if (low > 0 && low < high / 3) low = 0;
        var air = high > low ? 0.06 * (high - low) : Math.Max(1e-9, Math.Abs(high) * 0.1);
        return new(low >= 0 ? Math.Max(0, low - air) : low - air, high + air, from, to);
    }

    /// <summary>Round values inside the scale, about <paramref name="about"/> of them, with their text.</summary>
    public IReadOnlyList<(double Value, string Text)> Ticks(int about)
    {
        var rough = (High - Low) / Math.Max(1, about);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        var ticks = new List<(double, string)>();
        for (var n = Math.Ceiling(Low / step); n * step <= High; n++) ticks.Add((n * step, Text(n * step)));
        return ticks;
    }

    /// <summary>Layer numbers worth a tick: all of a few, every second, fifth or tenth of many.</summary>
    public static IEnumerable<int> Layers(int count, int most)
    {
        int[] steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
        var step = Array.Find(steps, s => (count + s - 1) / s <= most) is > 0 and var found ? found : Math.Max(1, count);
        for (var at = 0; at < count; at += step) yield return at;
    }

    private static string Text(double value)
    {
        var rounded = Math.Round(value, 12) + 0.0;
        return rounded.ToString(Math.Abs(rounded) is > 0 and < 1e-4 or >= 1e5 ? "0.##e0" : "0.######", CultureInfo.InvariantCulture);
    }
}
