using System.Globalization;
using Stemma.Running.Routing.Costs;

namespace Stemma.Reporting.Routes;

/// <summary>A serving plan for people.</summary>
public static class PlanText
{
    private static readonly TextColumn[] Dense =
        [new("devices", Right: true), new("batch", Right: true), new("GB each", Right: true), new("ms", Right: true), new("tokens/s each", Right: true), new("tokens/s", Right: true)];

    private static readonly TextColumn[] Experts =
    [
        new("devices", Right: true), new("batch", Right: true), new("GB each", Right: true), new("ms", Right: true), new("tokens/s each", Right: true), new("top-k IS", Right: true),
        new("top-k tok/s", Right: true), new("lost", Right: true),
    ];

    private static readonly TextColumn[] Phases = [new("phase"), new("ms", Right: true), new("top-k ms", Right: true)];

    private static readonly TextColumn[] Rows =
        [new("published row"), new("ms", Right: true), new("model", Right: true), new("off by", Right: true), new("tok/s each", Right: true), new("model", Right: true), new("", Flexible: true)];

    public static IReadOnlyList<TextLine> Lines(ServingPlan plan, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(plan), width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        lines.AddRange(TextTable.Lines(plan.Model.IsDense ? Dense : Experts, [.. plan.Points.Select(point => Row(plan, point))], width));
        if (plan.Best is { } best) lines.AddSection($"Where a step goes: {RouteWords.Count(best.Devices, "device")}, batch {best.Batch}", TextTable.Lines(Phases, [.. Steps(best)], width));
        if (plan.Hardware.Fitted) lines.AddSection("How far the model is from published timings", TextTable.Lines(Rows, [.. PublishedTimings.All.Select(row => Published(row, plan.Hardware))], width));
        lines.AddSection("What this rests on", ShownText.Wrap(Ground(plan), width - 2).Select(line => new TextLine("  " + line, TextTone.Faint)));
        return lines;
    }

    private static string Headline(ServingPlan plan)
    {
        var (model, request) = (plan.Model, plan.Request);
        var head = $"{model.Name} on {plan.Hardware.Name}, {TextNumbers.Count(request.Context)} tokens per sequence, {request.WeightBits}-bit weights: ";
        if (plan.Best is not { } best) return head + "it does not fit into the memory of any number of devices asked for.";
        var lost = best.PlainTokensPerDevice is { } plain ? $"; plain top-k would give {TextNumbers.Count((long)Math.Round(plain))}" : "";
        return $"{head}at most {TextNumbers.Count((long)Math.Round(best.TokensPerDevice))} tokens/s per device, with {RouteWords.Count(best.Devices, "device")} and {RouteWords.Count(best.Batch, "sequence")} at once{lost}.";
    }

    private static IReadOnlyList<string> Row(ServingPlan plan, ServingPoint point)
    {
        var each = point.Fits ? TextNumbers.Count((long)Math.Round(point.TokensPerDevice)) : "too big";
        List<string> row = [TextNumbers.Count(point.Devices), TextNumbers.Count(point.Batch), (point.MemoryBytes / 1e9).ToString("0.0", CultureInfo.InvariantCulture), Milliseconds(point.Even.Seconds), each];
        if (plan.Model.IsDense) return [.. row, point.Fits ? TextNumbers.Count((long)Math.Round(point.TokensPerDevice * point.Devices)) : ""];
        var plain = point.PlainTokensPerDevice!.Value;
        return [.. row, RouteWords.Score(point.PlainLoad!.Imbalance), point.Fits ? TextNumbers.Count((long)Math.Round(plain)) : "", Percent(1 - (plain / point.TokensPerDevice))];
    }

    private static IEnumerable<IReadOnlyList<string>> Steps(ServingPoint point)
    {
        IReadOnlyList<string> Step(string name, Func<PassCost, double> part) => [name, Milliseconds(part(point.Even)), point.Plain is { } plain ? Milliseconds(part(plain)) : ""];
        yield return Step("matrices that every token uses", cost => cost.Matrices);
        if (point.Plain is not null) yield return Step("experts on the busiest device", cost => cost.Experts);
        yield return Step("attention", cost => cost.Attention);
        yield return Step("exchange between devices", cost => cost.Exchange);
        yield return Step("starts of kernels and exchanges", cost => cost.Overhead);
        yield return Step("together", cost => cost.Seconds);
    }

    private static IReadOnlyList<string> Published(PublishedTiming row, Accelerator hardware)
    {
        var pass = row.Pass;
        var name = pass.Context == 0 ? $"{row.Shape} prefill" : $"{row.Shape} batch {pass.Sequences}";
        return
        [
            name, Milliseconds(row.Seconds), Milliseconds(row.Modelled(hardware).Seconds), Percent(row.Miss(hardware), signed: true), TextNumbers.Count((long)row.TokensPerDevice),
            TextNumbers.Count((long)Math.Round(row.ModelledTokens(hardware))), row.Fitted ? "" : "not fitted",
        ];
    }

    private static string Ground(ServingPlan plan)
    {
        var rates = plan.Hardware.Fitted
            ? "Five of its constants (rates of weights, cache and multiplication, starts per layer and per expert layer) were fitted to the nine rows above, so it describes these and forecasts others roughly; "
                + "the link rate follows from the published share of exchanges, the memory is given. The dense models' shapes are not published: Qwen2.5's stand in their place. "
            : "The rates are those of the data sheet, which no program reaches, and starts cost nothing: read this as a bound, not as a forecast. ";
        var experts = plan.Model.IsDense ? ""
            : "'Lost' compares plain top-k with equally likely experts, and waits of the busiest device, with groups that lie whole on devices. With many tokens such experts load devices nearly evenly, and a token then needs fewer devices than with groups: plain top-k can win. Experts that routers favour cost more (--busiest takes what stemma route MODEL measures). ";
        var guessed = plan.Request.Acceptance is { } share ? string.Create(CultureInfo.InvariantCulture, $"One guessed token per step, accepted in {share:P0} of cases; making the guess is not counted. ") : "";
        return $"{plan.Hardware.Source} {rates}{experts}{guessed}".TrimEnd();
    }

    private static string Milliseconds(double seconds) => (1000 * seconds).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Percent(double share, bool signed = false) => (Math.Round(100 * share, 1) + 0.0).ToString(signed ? "+0.0;-0.0" : "0.0", CultureInfo.InvariantCulture) + " %";
}
