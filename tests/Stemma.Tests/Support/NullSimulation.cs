using MathNet.Numerics.Distributions;

namespace Stemma.Tests.Support;

/// <summary>
/// Draws a p-value many times under its null hypothesis and asks whether it is small no more often than it says. The simulation's own chance is allowed for:
/// it fails only when a valid p-value would have given so many small ones less than once in ten thousand simulations.
/// </summary>
internal static class NullSimulation
{
    public const int Draws = 2000;

    private static readonly double[] Levels = [0.05, 0.01, 0.001];

    /// <param name="log10P">Draws a pair of unrelated models and gives the test's log10 p.</param>
    public static void Holds(Func<Dice, double> log10P, int draws = Draws)
    {
        var broken = Excess(log10P, draws);
        Assert.True(broken is null, broken);
    }

    /// <summary>What is wrong with the p-value; null when nothing is.</summary>
    public static string? Excess(Func<Dice, double> log10P, int draws = Draws)
    {
        var dice = new Dice(20_250_705);
        var ps = new double[draws];
        for (var i = 0; i < draws; i++)
        {
            ps[i] = log10P(dice);
            if (ps[i] > 0 || double.IsNaN(ps[i])) return $"log10 p is {ps[i]}";
        }

        foreach (var level in Levels)
        {
            var small = ps.Count(p => p <= Math.Log10(level));
            if (small > 0 && 1 - Binomial.CDF(level, draws, small - 1) < 1e-4) return $"p was at or below {level} in {small} of {draws} draws; {level * draws:0} were allowed";
        }

        return null;
    }
}
