using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace Stemma.Running.Routing;

/// <summary>The imbalance score without drawing, where all experts are equally likely: exact in the cases that have an answer, and the limit for many tokens.</summary>
public static class ExactImbalance
{
    /// <summary>
    /// Exact distribution of the score. Known for: grouped routing whose groups no device border cuts (always 0); one token (multivariate hypergeometric counts);
    /// two devices (one count says both); independent draws (multinomial counts, up to some hundred draws).
    /// </summary>
    /// <returns>Element r: probability of a score of r / tokens. Null where no exact answer is known here.</returns>
    public static IReadOnlyList<double>? Distribution(RoutingSetting setting, RoutingRule rule)
    {
        setting.Check();
        if (setting.Devices == 1 || (rule is RoutingRule.Grouped && setting.GroupsStayWhole)) return [1];
        if (rule is RoutingRule.Independent)
        {
            var draws = setting.Tokens * (long)setting.Top;
            var mean = (double)draws / setting.Devices;
            return draws > int.MaxValue ? null : ConditionedCounts.RangeDistribution(count => (count * Math.Log(mean)) - mean - SpecialFunctions.FactorialLn(count), setting.Devices, (int)draws);
        }

        // Grouped routing over cut groups is plain routing inside each group, and has no answer here unless there is one group.
        if (rule is RoutingRule.Grouped && setting.Groups > 1) return null;
        if (setting.Tokens == 1) return OneToken(setting);
        return setting.Devices == 2 ? TwoDevices(setting) : null;
    }

    /// <summary>Expected score of a distribution.</summary>
    public static double Mean(IReadOnlyList<double> distribution, int tokens) => distribution.Select((probability, range) => probability * range).Sum() / tokens;

    /// <summary>
    /// Expected score of plain top-k for many tokens: d_D sqrt(K (N - K) / (D (N - 1) |X|)), by the central limit theorem for the hypergeometric loads;
    /// d_D is the expected range of D standard normal numbers (Tippett 1925).
    /// </summary>
    public static double LargeSampleMean(RoutingSetting setting)
    {
        setting.Check();
        var spread = setting.Experts == 1 ? 0 : (double)setting.Top * (setting.Experts - setting.Top) / (setting.Devices * (setting.Experts - 1.0) * setting.Tokens);
        return ExpectedRange(setting.Devices) * Math.Sqrt(spread);
    }

    /// <summary>Integral of 1 - F^D - (1 - F)^D, F the standard normal distribution function.</summary>
    internal static double ExpectedRange(int devices) => devices == 1 ? 0 : GaussLegendreRule.Integrate(
        x => 1 - Math.Pow(Normal.CDF(0, 1, x), devices) - Math.Pow(Normal.CDF(0, 1, -x), devices), -10, 10, 256);

    private static double[]? OneToken(RoutingSetting setting)
    {
        var (own, share) = (setting.ExpertsPerDevice, (double)setting.Top / setting.Experts);
        return share == 1
            ? [1]
            : ConditionedCounts.RangeDistribution(
                count => count > own ? double.NegativeInfinity : SpecialFunctions.BinomialLn(own, count) + (count * Math.Log(share)) + ((own - count) * Math.Log(1 - share)),
                setting.Devices, setting.Top);
    }

    /// <summary>The first device's load is a sum of independent hypergeometric counts; the second has the rest.</summary>
    private static double[]? TwoDevices(RoutingSetting setting)
    {
        var (total, own) = (setting.Tokens * (long)setting.Top, setting.ExpertsPerDevice);
        if (total * setting.Top * setting.Tokens > 400_000_000) return null;
        var one = new double[setting.Top + 1];
        for (var count = Math.Max(0, setting.Top - own); count <= Math.Min(own, setting.Top); count++)
        {
            one[count] = Math.Exp(SpecialFunctions.BinomialLn(own, count) + SpecialFunctions.BinomialLn(own, setting.Top - count) - SpecialFunctions.BinomialLn(setting.Experts, setting.Top));
        }

        double[] load = [1];
        for (var token = 0; token < setting.Tokens; token++)
        {
            var next = new double[load.Length + setting.Top];
            for (var i = 0; i < load.Length; i++)
            {
                for (var j = 0; j < one.Length; j++) next[i + j] += load[i] * one[j];
            }

            load = next;
        }

        var ranges = new double[load.Length];
        for (var i = 0; i < load.Length; i++) ranges[Math.Abs((2 * i) - (int)total)] += load[i];
        return ranges;
    }
}
