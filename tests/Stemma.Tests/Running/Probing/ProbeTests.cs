using System.Text.Json.Nodes;
using Stemma.Comparing;
using Stemma.Foundation;
using Stemma.Foundation.Linear;
using Stemma.Reporting;
using Stemma.Running.Probing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Probing;

public sealed class ProbeTests
{
    private static readonly Lazy<ModelRepresentations> Parent = Read(CliRun.Parent), Suspect = Read(CliRun.Suspect), Stranger = Read(CliRun.Stranger);

    [Fact]
    public void A_model_is_wholly_like_itself()
    {
        var evidence = RepresentationEvidence.Of(Parent.Value, Parent.Value);
        Assert.Equal(1, evidence.Statistic!.Value, 4);
        Assert.Equal(Enumerable.Range(1, Parent.Value.Layers).Select(layer => (double)layer), evidence.Series[2].Values);
    }

    [Fact]
    public void A_descendant_is_more_like_its_parent_than_a_stranger_is()
    {
        var related = RepresentationEvidence.Of(Suspect.Value, Parent.Value);
        var unrelated = RepresentationEvidence.Of(Stranger.Value, Parent.Value);
        Assert.True(related.Statistic > unrelated.Statistic);
        Assert.Equal(RepresentationEvidence.StrangersReach, unrelated.Statistic!.Value, 2);
        Assert.All([related, unrelated], evidence => Assert.Equal((EvidenceKind.Descriptive, null, null), (evidence.Kind, evidence.Log10P, evidence.Percentile)));
    }

    [Fact]
    public void Order_of_the_two_changes_no_layer_of_models_of_one_depth() => Assert.Equal(
        RepresentationEvidence.Of(Suspect.Value, Parent.Value).Statistic!.Value, RepresentationEvidence.Of(Parent.Value, Suspect.Value).Statistic!.Value, 9);

    [Fact]
    public void Models_of_different_depth_meet_at_equal_shares_of_it()
    {
        var dice = new Dice(5);
        var depths = Enumerable.Range(0, 5).Select(_ => Matrix.OfRows(dice.Columns(9, 6))).ToList();
        var deep = ModelRepresentations.Of(depths);
        var shallow = ModelRepresentations.Of([depths[0], depths[2], depths[4]]);
        var evidence = RepresentationEvidence.Of(shallow, deep);
        Assert.Equal(1, evidence.Statistic!.Value, 5);
        Assert.Equal([2.0, 4.0], evidence.Series[2].Values);
    }

    [Fact]
    public void Strangers_and_kin_are_ranked_among_unrelated_pairs_of_like_shape_and_only_on_the_texts_that_these_read()
    {
        var (unrelated, related) = (Ranked(Stranger.Value), Ranked(Suspect.Value));
        Assert.InRange(unrelated.Controls!.Value, Stemma.Comparing.Statistics.Controls.Fewest, int.MaxValue);
        Assert.InRange(unrelated.Percentile!.Value, 0, 100);
        Assert.True(related.Percentile >= unrelated.Percentile);
        Assert.Contains("unrelated pairs of small models of like shape", unrelated.Detail, StringComparison.Ordinal);
        Assert.Equal(EvidenceKind.Descriptive, unrelated.Kind);

        var texts = ProbeTexts.BuiltIn.Take(8).ToList();
        var few = Engine.WithRepresentations(Samples.Unrelated, Engine.ReadRepresentations(CliRun.Stranger, texts), Engine.ReadRepresentations(CliRun.Parent, texts)).Evidence[^1];
        Assert.Equal((null, null), (few.Percentile, few.Controls));

        static Evidence Ranked(ModelRepresentations other) => Engine.WithRepresentations(Samples.Unrelated, other, Parent.Value).Evidence[^1];
    }

    [Fact]
    public void The_verdict_stays_what_it_was_and_the_document_fits_its_schema()
    {
        var result = Engine.WithRepresentations(Samples.Unrelated, Suspect.Value, Parent.Value);
        Assert.Same(Samples.Unrelated.Verdict, result.Verdict);
        Assert.Equal(Samples.Unrelated.Evidence.Count + 1, result.Evidence.Count);
        Assert.Empty(JsonSchema.Of("stemma.comparison-1").Problems(ReportJson.Write(result)));
    }

    [Fact]
    public void The_verb_adds_a_row_to_every_pair()
    {
        var run = CliRun.Of(new(), "compare", CliRun.Parent, CliRun.Suspect, CliRun.Stranger, "--probe", "--format", "json", "--quiet");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var pairs = JsonNode.Parse(run.Out)!["comparisons"]!.AsArray();
        Assert.Equal(3, pairs.Count);
        Assert.All(pairs, pair => Assert.Single(pair!["evidence"]!.AsArray(), one => (string)one!["method"]! == RepresentationEvidence.Method));
    }

    [Fact]
    public void A_model_that_cannot_run_costs_the_probe_and_not_the_verdict()
    {
        using var folder = new TempFolder();
        File.Copy(Path.Combine(CliRun.Parent, "model.safetensors"), folder["model.safetensors"]);
        var run = CliRun.Of(new(), "compare", CliRun.Parent, folder["model.safetensors"], "--probe", "--format", "json", "--quiet");
        Assert.Equal(0, run.Code);
        Assert.Contains("STM5241", run.Error);
        var row = Assert.Single(JsonNode.Parse(run.Out)!["evidence"]!.AsArray(), one => (string)one!["method"]! == RepresentationEvidence.Method);
        Assert.Null(row!["statistic"]);
    }

    [Fact]
    public void Texts_of_ones_own_are_read_line_by_line()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["texts.txt"], "one\n\ntwo\r\nthree\nfour\n");
        Assert.Equal(["one", "two", "three", "four"], TextSource.Lines(folder["texts.txt"]));
        File.WriteAllText(folder["few.txt"], "one\ntwo\n");
        File.WriteAllBytes(folder["bytes.txt"], [0x61, 0xFF, 0x0A]);
        foreach (var (file, code) in new[] { ("few.txt", FaultCode.ProbeUnavailable), ("bytes.txt", FaultCode.ProbeUnavailable), ("missing.txt", FaultCode.NotFound) })
            Assert.Equal(code, Assert.Throws<StemmaException>(() => TextSource.Lines(folder[file])).Fault.Code);
    }

    [Theory]
    [InlineData("[1, 2, 3]", 1, 3)]
    [InlineData("[[1, 2], [], [3]]", 2, 3)]
    public void Ids_are_one_text_or_several(string json, int texts, int tokens)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["ids.json"], json);
        var source = TextSource.FromIds(folder["ids.json"]);
        Assert.Equal((texts, tokens), (source.Texts.Count, source.Tokens));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1.5]")]
    [InlineData("[\"1\"]")]
    [InlineData("[[1], 2]")]
    [InlineData("[1, 2")]
    public void What_are_no_ids_is_refused(string json)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["ids.json"], json);
        Assert.Equal(FaultCode.RunTokens, Assert.Throws<StemmaException>(() => TextSource.FromIds(folder["ids.json"])).Fault.Code);
    }

    [Fact]
    public void The_texts_that_Stemma_brings_are_many_and_each_its_own()
    {
        Assert.True(ProbeTexts.BuiltIn.Count >= 40);
        Assert.Equal(ProbeTexts.BuiltIn.Count, ProbeTexts.BuiltIn.Distinct(StringComparer.Ordinal).Count());
    }

    private static Lazy<ModelRepresentations> Read(string path) => new(() => Engine.ReadRepresentations(path));
}
