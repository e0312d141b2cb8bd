namespace Stemma.Reporting.Html.Charts;

/// <summary>A scale for p-values from 1 down to the smallest there is: the strength -log10 p, itself on a logarithmic scale, because it runs over three orders of magnitude.</summary>
internal sealed class LogP
{
    private static readonly double[] Powers = [1, 3, 9, 30, 100, 300, 1_000, 3_000, 10_000, 100_000];

    private readonly Axis _axis;
    private readonly double _most;

    /// <param name="strengths">-log10 p of everything that is drawn; infinite ones are drawn at the end.</param>
    /// <param name="from">Place of p = 1.</param>
    /// <param name="to">Place of the smallest p.</param>
    public LogP(IEnumerable<double> strengths, double from, double to)
    {
        var most = strengths.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        _most = Array.Find(Powers, power => power >= Math.Max(12, most)) is > 0 and var found ? found : Math.Max(30, most);
        _axis = new(0, Scale(_most), from, to);
    }

    public double At(double strength) => _axis.At(Scale(Math.Min(_most, Math.Max(0, strength))));

    public IEnumerable<(double Strength, string Text)> Ticks => Powers.Where(power => power <= _most).Select(power => (power, $"10\u207B{Raised(power)}")).Prepend((0, "1"));

    private static string Raised(double power) => string.Concat($"{power:0}".Select(digit => "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079"[digit - '0']));

    private static double Scale(double strength) => Math.Log10(1 + strength);
}
