namespace Stemma.Reporting.Routes;

/// <summary>Round numbers for an axis.</summary>
internal static class PlotAxis
{
    /// <summary>0 and multiples of 1, 2, 2.5 or 5 times a power of ten, up to a number; four to eight of them.</summary>
    public static IReadOnlyList<double> Ticks(double most)
    {
        if (most is not > 0 || !double.IsFinite(most)) return [0];
        var power = Math.Pow(10, Math.Floor(Math.Log10(most / 4)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.Select(part => part * power).First(part => most / part <= 7.5);
        return [.. Enumerable.Range(0, (int)(most / step * (1 + 1e-9)) + 1).Select(tick => tick * step)];
    }
}
