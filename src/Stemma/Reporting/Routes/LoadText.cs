using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>What a model's own routers do, for people.</summary>
public static class LoadText
{
    private static readonly TextColumn[] Layers =
    [
        new("layer", Right: true), new("IS", Right: true), new("top-k IS", Right: true), new("moge IS", Right: true), new("busiest", Right: true), new("top-k busiest", Right: true),
        new("favourite", Right: true), new("loss", Right: true),
    ];

    public static IReadOnlyList<TextLine> Lines(MeasuredRouting measured, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(measured), width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        lines.AddRange(TextTable.Lines(Layers, [.. measured.Layers.Select(layer => Row(measured, layer))], width));
        lines.AddSection("What this says", ShownText.Wrap(Legend(measured), width - 2).Select(line => new TextLine("  " + line, TextTone.Faint)));
        return lines;
    }

    /// <summary>Tokens that choose the most chosen expert, as a share of all.</summary>
    internal static double Favourite(MeasuredRouting measured, RuleLoad load) => (double)load.ExpertLoads.Max() / measured.Tokens;

    private static string Headline(MeasuredRouting measured)
    {
        var (own, plain) = (measured.Mean(layer => layer.Own.Imbalance.Mean), measured.Mean(layer => layer.TopK.Imbalance.Mean));
        var where = $"{RouteWords.Count(measured.Setting.Devices, "device")}, {RouteWords.Count(measured.Setting.Tokens, "token")} at once, {TextNumbers.Count(measured.Tokens)} tokens of {measured.Source}";
        var waits = RouteWords.Share(measured.Mean(layer => layer.TopK.Imbalance.Probability));
        var layers = RouteWords.Count(measured.Layers.Count, "layer");
        return measured.OwnRule switch
        {
            OwnRouting.Grouped when own == 0 =>
                $"{measured.Model} loads its devices evenly: imbalance score 0 in every batch of {layers} ({where}). Plain top-{measured.Setting.Top} on the same scores would have given {RouteWords.Score(plain)}, with some device waiting in {waits} of batches.",
            OwnRouting.Grouped => $"{measured.Model} has groups that the borders of devices cut: imbalance score {RouteWords.Score(own)} over {layers} ({where}). Plain top-{measured.Setting.Top} on the same scores: {RouteWords.Score(plain)}.",
            _ => $"{measured.Model} loads its devices with an imbalance score of {RouteWords.Score(own)} over {layers} ({where}). {RouteWords.Count(measured.Setting.Groups, "group")} (MoGE) on the same scores: {RouteWords.Score(measured.Mean(layer => layer.Grouped.Imbalance.Mean))}.",
        };
    }

    private static IReadOnlyList<string> Row(MeasuredRouting measured, LayerRouting layer) =>
    [
        TextNumbers.Count(layer.Layer), RouteWords.Score(layer.Own.Imbalance.Mean), RouteWords.Score(layer.TopK.Imbalance.Mean), RouteWords.Score(layer.Grouped.Imbalance.Mean),
        RouteWords.Score(layer.Own.Busiest), RouteWords.Score(layer.TopK.Busiest), RouteWords.Share(Favourite(measured, layer.Own)), layer.Own.AuxiliaryLoss is { } loss ? RouteWords.Score(loss) : "",
    ];

    private static string Legend(MeasuredRouting measured)
    {
        var even = RouteWords.Share((double)measured.Setting.Top / measured.Setting.Experts);
        return $"IS: imbalance score, (most - least expert computations on a device) / tokens, mean over batches: what the model does, plain top-{measured.Setting.Top} on the same scores, and "
            + $"{RouteWords.Count(measured.Setting.Groups, "group")} on the same scores. Busiest: load of the busiest device over the mean, all tokens together. Favourite: tokens that choose the most chosen expert (even: {even}). "
            + "Loss: the load-balancing loss with weight 1 (even: 1). Other text gives other numbers.";
    }
}
