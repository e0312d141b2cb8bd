using MathNet.Numerics;

namespace Stemma.Running.Routing.Costs;

/// <summary>What routing asks of the busiest device of one layer, averaged over batches.</summary>
/// <param name="Imbalance">Mean imbalance score.</param>
/// <param name="PeakLoad">Expert computations on the busiest device.</param>
/// <param name="PeakExperts">Most different experts in use on one device.</param>
/// <param name="Reach">Devices that a token's experts lie on.</param>
/// <param name="Uneven">Busiest device over the mean: 1 when even.</param>
public sealed record ExpertLoad(double Imbalance, double PeakLoad, double PeakExperts, double Reach, double Uneven)
{
    /// <summary>Draws per estimate: enough for a part in a hundred, few enough for a table of plans.</summary>
    private const int Draws = 1_000_000;

    /// <summary>Loads where all experts are equally likely.</summary>
    /// <param name="setting">The layer, its devices and the tokens of a step.</param>
    /// <param name="rule">Plain top-k or grouped.</param>
    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="busiest">Measured load of the busiest device over the mean, where a model's own is known; at least this much is assumed. 1: nothing known.</param>
    /// <param name="cancel">Stops the work.</param>
    public static ExpertLoad Of(RoutingSetting setting, RoutingRule rule, int seed = 0, double busiest = 1, CancellationToken cancel = default)
    {
        setting.Check();
        var trials = (int)Math.Clamp(Draws / ((double)setting.Tokens * setting.Top), 32, 1000);
        var drawn = RoutingSimulator.Draw(setting, rule, trials, seed, cancel);
        var even = (double)setting.Tokens * setting.Top / setting.Devices;
        var peak = Math.Max(drawn.PeakLoad, Math.Min(busiest * even, (double)setting.Tokens * Math.Min(setting.Top, setting.ExpertsPerDevice)));
        return new(drawn.Mean, peak, drawn.PeakExperts, ReachOf(setting, rule), peak / even);
    }

    /// <summary>Expected number of devices that hold an expert of one token: D times one less the chance that a device holds none.</summary>
    internal static double ReachOf(RoutingSetting setting, RoutingRule rule)
    {
        static double Missed(int all, int own, int chosen) => chosen > all - own ? 0 : Math.Exp(SpecialFunctions.BinomialLn(all - own, chosen) - SpecialFunctions.BinomialLn(all, chosen));
        if (rule is not RoutingRule.Grouped) return setting.Devices * (1 - Missed(setting.Experts, setting.ExpertsPerDevice, setting.Top));
        if (setting.GroupsStayWhole) return setting.Devices;
        double reach = 0;
        for (var device = 0; device < setting.Devices; device++)
        {
            var missed = 1.0;
            for (var group = 0; group < setting.Groups; group++)
            {
                var (from, to) = (Math.Max(device * setting.ExpertsPerDevice, group * setting.ExpertsPerGroup), Math.Min((device + 1) * setting.ExpertsPerDevice, (group + 1) * setting.ExpertsPerGroup));
                if (to > from) missed *= Missed(setting.ExpertsPerGroup, to - from, setting.TopPerGroup);
            }

            reach += 1 - missed;
        }

        return reach;
    }
}
