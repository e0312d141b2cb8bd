using System.Globalization;
using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>The distribution of the score as rows: one per rule and score.</summary>
public static class RouteCsv
{
    public static string Write(RoutingSimulation simulation) => "rule,exact,score,share\n" + string.Concat(simulation.Rules.SelectMany(rule => rule.Histogram.Select(score =>
        string.Create(CultureInfo.InvariantCulture, $"{RouteWords.Name(rule.Rule)},{(rule.IsExact ? "true" : "false")},{score.Score:R},{score.Share:R}\n"))));
}
