using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>A simulation of expert routing for people.</summary>
public static class RouteText
{
    private const int MostBars = 24;
    private static readonly TextColumn[] Rules = [new("rule"), new("mean IS", Right: true), new("IS > 0", Right: true), new("busiest / mean", Right: true), new("known")];

    public static IReadOnlyList<TextLine> Lines(RoutingSimulation simulation, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(simulation), width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        lines.AddRange(TextTable.Lines(Rules, [.. simulation.Rules.Select(Row)], width));
        lines.AddSection($"How the score of plain top-{simulation.Setting.Top} is spread", Histogram(simulation.TopK, width));
        lines.AddSection("What this says", ShownText.Wrap(
            "IS = (most - least expert computations on a device) / tokens. All experts are equally likely here: that is the best a router reaches that is only trained to balance. "
            + "Real routers have favourite experts and do worse; stemma route MODEL measures one. "
            + $"For many tokens the mean of plain top-k comes to {RouteWords.Score(ExactImbalance.LargeSampleMean(simulation.Setting))} (central limit). "
            + "'Free draws' may take an expert twice, which no router does, but have an exact answer. 'Exact' is computed; 'drawn' is Monte Carlo with its standard error.", width - 2).Select(line => new TextLine("  " + line, TextTone.Faint)));
        return lines;
    }

    private static string Headline(RoutingSimulation simulation)
    {
        var (setting, plain, grouped) = (simulation.Setting, simulation.TopK, simulation.Grouped);
        var groups = RouteWords.Count(setting.Groups, "group");
        var moge = setting.GroupsStayWhole ? $"With {groups} (MoGE) it is 0, exactly: by construction." : $"With {groups} (MoGE), cut by the borders of devices: {RouteWords.WithError(grouped.Mean, grouped.MeanError)}.";
        return $"Plain top-{setting.Top} of {setting.Experts} experts on {RouteWords.Count(setting.Devices, "device")}, {RouteWords.Count(setting.Tokens, "token")} at once: imbalance score "
            + $"{RouteWords.WithError(plain.Mean, plain.MeanError)} on average, and some device waits in {RouteWords.Probability(plain)} of batches. {moge}";
    }

    private static IReadOnlyList<string> Row(RuleImbalance rule)
    {
        var even = (double)rule.Setting.Top * rule.Setting.Tokens / rule.Setting.Devices;
        return
        [
            RouteWords.Rule(rule.Rule, rule.Setting), RouteWords.WithError(rule.Mean, rule.MeanError), RouteWords.Probability(rule),
            RouteWords.Score((rule.Drawn?.PeakLoad ?? even) / even), rule.IsExact ? "exact" : $"drawn, {TextNumbers.Count(rule.Drawn!.Batches)}",
        ];
    }

    /// <summary>A bar per score; neighbouring scores share one where there are many.</summary>
    private static IEnumerable<TextLine> Histogram(RuleImbalance rule, int width)
    {
        var bars = Bins(rule, MostBars);
        var most = bars.Max(bar => bar.Share);
        var room = Math.Min(40, width - 24);
        return bars.Select(bar => new TextLine($"  {RouteWords.Score(bar.Score),7}  {RouteWords.Share(bar.Share),8}  {new string('█', (int)Math.Round(bar.Share / most * room))}".TrimEnd()));
    }

    /// <summary>Scores that hold at least a thousandth, gathered into runs of as many neighbouring scores, named by their middle.</summary>
    internal static IReadOnlyList<ScoreShare> Bins(RuleImbalance rule, int most)
    {
        var tokens = rule.Setting.Tokens;
        var scores = rule.Histogram.Where(score => score.Share >= 0.001).ToList();
        if (scores.Count == 0) scores = [.. rule.Histogram];
        int Step(double score) => (int)Math.Round(score * tokens);
        var (low, high) = (Step(scores[0].Score), Step(scores[^1].Score));
        var run = (high - low + most) / most;
        return [.. scores.GroupBy(score => (Step(score.Score) - low) / run).OrderBy(bin => bin.Key)
            .Select(bin => new ScoreShare((low + (bin.Key * run) + ((run - 1) / 2.0)) / tokens, bin.Sum(score => score.Share)))];
    }
}
