using System.Xml.Linq;
using Stemma.Cli;
using Stemma.Foundation;
using Stemma.Reporting.Routes;
using Stemma.Running.Routing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Routing;

public sealed class MeasuredRoutingTests
{
    private static readonly Lazy<MeasuredRouting> Suspect = new(() => Engine.MeasureRouting(CliRun.Suspect, "suspect", new()));

    [Fact]
    public void The_suspect_loads_its_groups_evenly_and_plain_top_k_would_not()
    {
        var measured = Suspect.Value;
        Assert.Equal((OwnRouting.Grouped, new RoutingSetting(8, 4, 4, 4, 16), 6), (measured.OwnRule, measured.Setting, measured.Layers.Count));
        Assert.All(measured.Layers, layer =>
        {
            Assert.Equal((0.0, 0.0, 1.0), (layer.Own.Imbalance.Mean, layer.Own.Imbalance.Probability, layer.Own.Busiest));
            Assert.True(layer.TopK.Imbalance.Mean > 0);
            Assert.True(layer.TopK.Busiest > 1);
        });
    }

    [Fact]
    public void Every_token_is_counted_and_the_models_own_rule_is_grouped_routing() => Assert.All(Suspect.Value.Layers, layer =>
    {
        Assert.Equal(layer.Own.ExpertLoads, layer.Grouped.ExpertLoads);
        Assert.All([layer.Own, layer.TopK, layer.Grouped], rule => Assert.Equal(4L * Suspect.Value.Tokens, rule.ExpertLoads.Sum()));
    });

    [Fact]
    public void One_device_per_expert_shows_what_one_device_per_group_hides()
    {
        var measured = Engine.MeasureRouting(CliRun.Suspect, "suspect", new() { Devices = 8 });
        Assert.True(measured.Mean(layer => layer.Own.Imbalance.Mean) > 0);
        Assert.Equal(Suspect.Value.Layers.Select(layer => layer.Own.ExpertLoads), measured.Layers.Select(layer => layer.Own.ExpertLoads));
    }

    [Fact]
    public void A_few_ids_make_one_batch()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["ids.json"], "[5, 6, 7]");
        var measured = Engine.MeasureRouting(CliRun.Suspect, "suspect", new() { IdsFile = folder["ids.json"] });
        Assert.Equal((3, 3, 1L), (measured.Tokens, measured.Setting.Tokens, measured.Layers[0].Own.Imbalance.Batches));
    }

    /// <summary>Two tokens, four experts in two groups on two devices, two each. Token 1 likes 0 and 1 (one device), token 2 likes 0 and 3.</summary>
    [Fact]
    public void Scores_by_hand()
    {
        var meter = new RoutingMeter(new(4, 2, 2, 2, 2), probabilities: true);
        meter.OnRouted(3, 0, [0.5f, 0.3f, 0.1f, 0.1f], [0, 2], [1, 1]);
        meter.OnRouted(3, 1, [0.4f, 0.1f, 0.2f, 0.3f], [0, 3], [1, 1]);
        var layer = Assert.Single(meter.Result());
        Assert.Equal(3, layer.Layer);
        Assert.Equal([2L, 1, 0, 1], layer.TopK.ExpertLoads);
        Assert.Equal([2L, 0, 1, 1], layer.Grouped.ExpertLoads);
        Assert.Equal((1.0, 0.0), (layer.TopK.Imbalance.Mean, layer.Own.Imbalance.Mean));
        Assert.Equal(1.5, layer.TopK.Busiest);
        // f = 4 / (2 * 2) * (2, 0, 1, 1), p = (0.45, 0.2, 0.15, 0.2)
        Assert.Equal(0.9 + 0.15 + 0.2, layer.Own.AuxiliaryLoss!.Value, 6);
    }

    [Fact]
    public void A_dense_model_and_a_broken_text_are_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["ids.json"], "[99999]");
        Assert.Equal(FaultCode.RoutingSettingInvalid, Assert.Throws<StemmaException>(() => Engine.MeasureRouting(CliRun.Parent, "parent", new())).Fault.Code);
        Assert.Equal(FaultCode.RunTokens, Assert.Throws<StemmaException>(() => Engine.MeasureRouting(CliRun.Suspect, "suspect", new() { IdsFile = folder["ids.json"] })).Fault.Code);
        Assert.Equal(FaultCode.NotFound, Assert.Throws<StemmaException>(() => Engine.MeasureRouting(CliRun.Suspect, "suspect", new() { TextFile = folder["none.txt"] })).Fault.Code);
    }

    [Fact]
    public void Every_form_of_the_answer_holds_together()
    {
        var measured = Suspect.Value;
        Assert.Empty(JsonSchema.Of("stemma.route-load-1").Problems(LoadJson.Write(measured)));
        Assert.Equal(1 + (6 * 8), LoadCsv.Write(measured).TrimEnd().Split('\n').Length);
        var picture = XDocument.Parse(LoadSvg.Write(measured)).Root!;
        Assert.All(picture.Elements().Where(e => e.Attribute("x") is not null), e => Assert.InRange((double)e.Attribute("x")!, 0, (double)picture.Attribute("width")!));
        Assert.StartsWith("suspect loads its devices evenly: imbalance score 0 in every batch of 6 layers", OutputFiles.Plain(LoadText.Lines(measured)));
    }

    [Fact]
    public void The_verb_measures_a_text()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a.txt"], string.Concat(Enumerable.Repeat("The valve opens when the pressure falls. ", 20)));
        var run = CliRun.Of(new(), "route", CliRun.Suspect, "--text", folder["a.txt"], "--tokens", "8", "--quiet", "--format", "json", "-o", "svg=" + folder["a.svg"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        var measured = Engine.MeasureRouting(CliRun.Suspect, "suspect", new() { TextFile = folder["a.txt"], Tokens = 8 });
        Assert.Equal(LoadJson.Write(measured), run.Out);
        Assert.Equal(LoadSvg.Write(measured), File.ReadAllText(folder["a.svg"]));
        Assert.Contains("--experts does not belong to a MODEL", CliRun.Of(new(), "route", CliRun.Suspect, "--experts", "4").Error);
    }
}
