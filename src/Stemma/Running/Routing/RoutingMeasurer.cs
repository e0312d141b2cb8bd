using Stemma.Foundation;
using Stemma.Running.Config;
using Stemma.Running.Probing;

namespace Stemma.Running.Routing;

/// <summary>What to read, and how the experts are thought to lie.</summary>
public sealed record RoutingQuestion
{
    /// <summary>A text file, cut into tokens by the model's own tokenizer.</summary>
    public string? TextFile { get; init; }

    /// <summary>A JSON array of token ids, or of such arrays. Neither: texts that Stemma brings, or random tokens where there is no tokenizer.</summary>
    public string? IdsFile { get; init; }

    /// <summary>Null: one device per group, or as many of up to eight as divide the experts.</summary>
    public int? Devices { get; init; }

    /// <summary>Null: the model's own groups, or one per expert of a token where that divides the experts.</summary>
    public int? Groups { get; init; }

    /// <summary>Tokens of a batch.</summary>
    public int Tokens { get; init; } = 16;

    /// <summary>Seed of random tokens.</summary>
    public int Seed { get; init; }
}

/// <summary>Runs a model over a text and measures its routers.</summary>
public static class RoutingMeasurer
{
    private const int RandomTokens = 1024;

    /// <param name="path">A folder with weights and config.json.</param>
    /// <param name="name">The model's short name.</param>
    /// <param name="question">What to read.</param>
    /// <param name="progress">Told about tokens read.</param>
    /// <param name="cancel">Stops the work between two layers.</param>
    /// <exception cref="StemmaException">The model cannot be run or has no experts, the text cannot be read, or the numbers do not fit together.</exception>
    public static MeasuredRouting Run(string path, string name, RoutingQuestion question, IWorkProgress progress, CancellationToken cancel)
    {
        using var model = Transformer.Open(path);
        if (model.Config.Routing is not { } routing)
            throw new StemmaException(FaultCode.RoutingSettingInvalid, path, null, "a dense model, without routed experts", "a mixture of experts", "stemma route --simulate needs no model");
        var source = Texts(path, model, question);
        var setting = Setting(routing, question, source.Tokens);
        var meter = new RoutingMeter(setting, !routing.Sigmoid);
        progress.BeginItems($"reading {SafeText.Escape(source.Source)}", source.Tokens, "tokens");
        try
        {
            foreach (var piece in source.Pieces(model.MostPositions))
            {
                model.Start(piece.Length, new RunObservers(Routing: meter)).Next(piece, cancel);
                progress.Advance(piece.Length);
            }
        }
        finally
        {
            progress.End();
        }

        var rule = routing.EqualGroups > 0 ? OwnRouting.Grouped : routing.LimitedGroups > 1 || routing.Sigmoid ? OwnRouting.Other : OwnRouting.TopK;
        return new(name, source.Source, rule, setting, source.Tokens, meter.Result());
    }

    private static TextSource Texts(string path, Transformer model, RoutingQuestion question)
    {
        if (question.IdsFile is { } ids) return TextSource.FromIds(ids);
        if (question.TextFile is { } text) return TextSource.FromText(text, path);
        try
        {
            return TextSource.Encode($"{ProbeTexts.BuiltIn.Count} texts that Stemma brings", ProbeTexts.BuiltIn, path);
        }
        catch (StemmaException e) when (e.Fault.Code == FaultCode.ProbeUnavailable)
        {
            var seed = SeededHash.Mix(SeededHash.SeedOf("stemma.routing.tokens"), (ulong)question.Seed);
            var drawn = Enumerable.Range(0, RandomTokens).Select(at => (int)Math.BigMul(SeededHash.Mix(seed, (ulong)at), (ulong)model.Vocabulary, out _)).ToArray();
            return new($"{RandomTokens} random tokens, because there is no tokenizer", [drawn]);
        }
    }

    private static RoutingSetting Setting(RoutingConfig routing, RoutingQuestion question, int tokens)
    {
        var (experts, top) = (routing.Experts, routing.PerToken);
        var groups = question.Groups ?? (routing.EqualGroups > 0 ? routing.EqualGroups : experts % top == 0 ? top : 1);
        var devices = question.Devices ?? (routing.EqualGroups > 0 ? groups : Enumerable.Range(1, Math.Min(8, experts)).Last(count => experts % count == 0));
        return new RoutingSetting(experts, groups, top, devices, Math.Min(question.Tokens, tokens)).Check();
    }
}
