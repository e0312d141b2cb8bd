using System.Text.Json.Nodes;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class CompareCommandTests
{
    [Fact]
    public void The_first_model_is_the_known_one_and_the_second_is_under_suspicion()
    {
        var engine = new FakeEngine();
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect);
        Assert.Equal(0, run.Code);
        Assert.Equal([("suspect", "parent")], engine.Compared);
        Assert.StartsWith("suspect and parent: Derived.", run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Three_models_give_each_pair_once_with_the_earlier_as_the_known()
    {
        var engine = new FakeEngine();
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect, CliRun.Stranger, "--format", "json");
        Assert.Equal([("suspect", "parent"), ("stranger", "parent"), ("stranger", "suspect")], engine.Compared);
        Assert.Equal(3, engine.Read.Count);
        Assert.Equal(3, JsonNode.Parse(run.Out)!["comparisons"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(Relation.Derived, "", 0)]
    [InlineData(Relation.Unrelated, "", 0)]
    [InlineData(Relation.Inconclusive, "", 3)]
    [InlineData(Relation.Derived, "derived", 1)]
    [InlineData(Relation.Derived, "merged", 0)]
    [InlineData(Relation.Merged, "derived,merged", 1)]
    [InlineData(Relation.CommonOrigin, "related", 1)]
    [InlineData(Relation.Identical, "related", 1)]
    [InlineData(Relation.Unrelated, "related", 0)]
    [InlineData(Relation.Inconclusive, "related", 3)]
    [InlineData(Relation.Inconclusive, "related, inconclusive", 1)]
    public void Exit_code_tells_condition_before_inconclusive_before_ran(Relation relation, string failOn, int code)
    {
        var engine = new FakeEngine { Answer = (subject, reference) => Samples.With(relation, subject, reference) };
        string[] condition = failOn.Length == 0 ? [] : ["--fail-on", failOn];
        Assert.Equal(code, CliRun.Of(engine, ["compare", CliRun.Parent, CliRun.Suspect, .. condition]).Code);
    }

    [Fact]
    public void In_a_table_an_inconclusive_row_speaks_for_itself()
    {
        var engine = new FakeEngine { Answer = (subject, reference) => Samples.With(Relation.Inconclusive, subject, reference) };
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect, CliRun.Stranger);
        Assert.Equal(0, run.Code);
        Assert.Contains("inconclusive", run.Out);
    }

    [Fact]
    public void Reports_go_to_every_file_asked_for_and_the_screen_stays_text()
    {
        using var folder = new TemporaryFolder();
        var run = CliRun.Of(new(), "compare", CliRun.Parent, CliRun.Suspect, "-o", $"json={folder.At("r.json")}", "-o", $"csv={folder.At("r.csv")}", "-o", $"text={folder.At("r.txt")}");
        Assert.Equal(0, run.Code);
        Assert.Equal("stemma.comparison/1", (string?)JsonNode.Parse(File.ReadAllText(folder.At("r.json")))!["schema"]);
        Assert.StartsWith("subject,reference", File.ReadAllText(folder.At("r.csv")));
        Assert.Equal(run.Out, File.ReadAllText(folder.At("r.txt")));
        Assert.Equal(3, Directory.GetFiles(folder.Root).Length);
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_refused_before_anything_is_read()
    {
        var engine = new FakeEngine();
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect, "-o", "json=no/such/folder/r.json");
        Assert.Equal(2, run.Code);
        Assert.Contains("STM9002", run.Error);
        Assert.Empty(engine.Read);
    }

    [Fact]
    public void A_report_never_replaces_a_model()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("model.safetensors"), "weights");
        var run = CliRun.Of(new(), "compare", CliRun.Parent, folder.At("model.safetensors"), "-o", $"json={folder.At("model.safetensors")}");
        Assert.Equal(2, run.Code);
        Assert.Contains("STM9003", run.Error);
        Assert.Equal("weights", File.ReadAllText(folder.At("model.safetensors")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_plain_refusal()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("file"), "");
        var run = CliRun.Of(new(), "compare", CliRun.Parent, CliRun.Suspect, "--save-fingerprints", folder.At("file/below"));
        Assert.Equal(2, run.Code);
        Assert.Contains("STM9002", run.Error);
    }

    [Fact]
    public void A_missing_model_is_refused_before_the_first_is_read()
    {
        var engine = new FakeEngine();
        var run = CliRun.Of(engine, "compare", CliRun.Parent, "no-such-model");
        Assert.Equal(2, run.Code);
        Assert.Contains("STM1001 no-such-model", run.Error);
        Assert.Equal("", run.Out);
        Assert.Empty(engine.Read);
    }

    [Fact]
    public void A_refusal_is_JSON_for_those_who_asked_for_JSON()
    {
        var engine = new FakeEngine { OnRead = path => throw new StemmaException(FaultCode.SafetensorsBadOffsets, path, 8, "overlap", "none") };
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect, "--format", "json");
        Assert.Equal(2, run.Code);
        Assert.Equal("STM1109", (string?)JsonNode.Parse(run.Out)!["code"]);
        Assert.Empty(JsonSchema.Of("stemma.fault-1").Problems(run.Out));
        Assert.Contains("STM1109", run.Error);
    }

    [Fact]
    public void A_broken_last_model_is_refused_before_the_first_is_read()
    {
        var engine = new FakeEngine { OnCheck = path => { if (path == CliRun.Suspect) throw new StemmaException(FaultCode.SafetensorsBadOffsets, path, 8, "overlap", "none"); } };
        Assert.Equal(2, CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect).Code);
        Assert.Empty(engine.Read);
    }

    [Fact]
    public void Of_many_paths_those_that_are_no_models_are_named_and_left_out()
    {
        var engine = new FakeEngine { OnCheck = path => { if (path.EndsWith(".md", StringComparison.Ordinal)) throw new StemmaException(FaultCode.UnknownFormat, path, 0, "text", "weights"); } };
        var run = CliRun.Of(engine, "compare", Repository.At("README.md"), CliRun.Parent, CliRun.Suspect);
        Assert.Equal(0, run.Code);
        Assert.Equal([("suspect", "parent")], engine.Compared);
        Assert.Contains("left out, no model: STM1003", run.Error);
        Assert.Equal(2, CliRun.Of(engine, "compare", Repository.At("README.md"), CliRun.Parent, Repository.At("examples", "README.md")).Code);
    }

    [Fact]
    public void A_bug_is_called_a_bug_without_its_stack()
    {
        var engine = new FakeEngine { OnRead = _ => throw new InvalidOperationException("secret detail") };
        var run = CliRun.Of(engine, "compare", CliRun.Parent, CliRun.Suspect);
        Assert.Equal(2, run.Code);
        Assert.Contains("this is a bug in Stemma (System.InvalidOperationException)", run.Error);
        Assert.DoesNotContain("secret detail", run.Error + run.Out);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void Stopping_is_a_failure_with_a_plain_word()
    {
        var run = CliRun.Of(new(), new CancellationToken(canceled: true), "compare", CliRun.Parent, CliRun.Suspect);
        Assert.Equal(2, run.Code);
        Assert.Contains("stopped on request", run.Error);
    }

    [Fact]
    public void Fingerprints_are_kept_only_where_the_user_says()
    {
        using var folder = new TemporaryFolder();
        var run = CliRun.Of(new(), "compare", CliRun.Parent, CliRun.Suspect, "--save-fingerprints", folder.At("kept"));
        Assert.Equal(0, run.Code);
        Assert.Equal(["parent.stemma", "suspect.stemma"], Directory.GetFiles(folder.At("kept")).Select(Path.GetFileName).Order());
        Assert.Contains("saved", run.Error);
    }

    [Fact]
    public void Nothing_of_this_machine_stands_in_a_report()
    {
        var run = CliRun.Of(new(), "compare", CliRun.Parent, CliRun.Suspect, "--format", "json");
        Assert.DoesNotContain(Repository.Root, run.Out);
    }
}
