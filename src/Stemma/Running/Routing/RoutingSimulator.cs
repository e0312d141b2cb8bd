using Stemma.Foundation;

namespace Stemma.Running.Routing;

/// <summary>
/// Monte Carlo of the imbalance score with all experts equally likely, the setting of figure 2b of the Pangu Pro MoE paper (arXiv 2505.21411): the best that a
/// trained router can reach without a constraint. Real routers have favourite experts and do worse.
/// </summary>
public static class RoutingSimulator
{
    public const int MostTrials = 10_000_000;
    private const int BatchesPerPiece = 256;

    /// <param name="setting">Experts, groups, devices, tokens.</param>
    /// <param name="trials">Batches to draw per rule, 2 or more.</param>
    /// <param name="seed">The same seed gives the same numbers, for any number of threads.</param>
    /// <param name="cancel">Stops the work between two pieces.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.RoutingSettingInvalid"/>: the numbers do not fit together.</exception>
    public static RoutingSimulation Run(RoutingSetting setting, int trials, int seed, CancellationToken cancel = default)
    {
        setting.Check();
        if (trials is < 2 or > MostTrials) throw new StemmaException(FaultCode.RoutingSettingInvalid, "", null, $"{trials} trials", $"2 to {MostTrials} trials");
        RuleImbalance Of(RoutingRule rule)
        {
            var exact = ExactImbalance.Distribution(setting, rule);
            return new(rule, setting, exact, exact is [1] ? null : Draw(setting, rule, trials, seed, cancel));
        }

        return new(setting, trials, seed, Of(RoutingRule.TopK), Of(RoutingRule.Grouped), Of(RoutingRule.Independent));
    }

    /// <summary>Draws batches by one rule.</summary>
    internal static ImbalanceEstimate Draw(RoutingSetting setting, RoutingRule rule, int trials, int seed, CancellationToken cancel)
    {
        var own = SeededHash.Mix(SeededHash.SeedOf($"stemma.routing.{rule}"), (ulong)seed);
        var total = new RoutingTally();
        Parallel.For(
            0, (trials + BatchesPerPiece - 1) / BatchesPerPiece, new ParallelOptions { CancellationToken = cancel },
            () => new RoutingTally(),
            (piece, _, tally) =>
            {
                Piece(setting, new(setting, rule), own, piece * BatchesPerPiece, Math.Min(trials, (piece + 1) * BatchesPerPiece), tally);
                return tally;
            },
            tally =>
            {
                lock (total) total.Add(tally);
            });
        return total.Estimate(setting);
    }

    private static void Piece(RoutingSetting setting, ExpertDraw draw, ulong seed, int from, int to, RoutingTally tally)
    {
        var (loads, distinct, chosen, seen) = (new int[setting.Devices], new int[setting.Devices], new int[setting.Top], new bool[setting.Experts]);
        var own = setting.ExpertsPerDevice;
        for (var batch = from; batch < to; batch++)
        {
            draw.Begin(SeededHash.Mix(seed, (ulong)batch));
            Array.Clear(loads);
            Array.Clear(distinct);
            Array.Clear(seen);
            for (var token = 0; token < setting.Tokens; token++)
            {
                draw.Token(chosen);
                foreach (var expert in chosen)
                {
                    loads[expert / own]++;
                    if (seen[expert]) continue;
                    seen[expert] = true;
                    distinct[expert / own]++;
                }
            }

            tally.Add(loads, distinct);
        }
    }
}
