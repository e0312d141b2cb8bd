using System.Globalization;
using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>Rules, settings and scores as people read them.</summary>
internal static class RouteWords
{
    public static string Name(RoutingRule rule) => rule switch
    {
        RoutingRule.TopK => "top-k",
        RoutingRule.Grouped => "moge",
        _ => "independent",
    };

    public static string Rule(RoutingRule rule, RoutingSetting setting) => rule switch
    {
        RoutingRule.TopK => $"plain top-{setting.Top}",
        RoutingRule.Grouped => $"MoGE, {Count(setting.Groups, "group")}",
        _ => $"{Count(setting.Top, "free draw")}",
    };

    public static string Score(double score) => score.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>A score that carries a standard error: exact zeros are said as such.</summary>
    public static string WithError(double value, double error) => error > 0 ? $"{Score(value)} ± {error.ToString("0.0000", CultureInfo.InvariantCulture)}" : Score(value);

    public static string Share(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>A probability; where every batch drawn said the same, what can be claimed of it.</summary>
    public static string Probability(RuleImbalance rule) =>
        !rule.IsExact && rule.Probability == 1 ? $"over {(Math.Floor(10_000 * rule.Drawn!.ProbabilityRange.Low) / 100).ToString("0.00", CultureInfo.InvariantCulture)} %" : Share(rule.Probability);

    public static string Count(int count, string thing) => $"{TextNumbers.Count(count)} {thing}{(count == 1 ? "" : "s")}";
}
