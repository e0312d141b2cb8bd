using System.Diagnostics;
using System.Text.Json.Nodes;
using Stemma.Cli;
using Stemma.Cli.Commands;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

/// <summary>The verbs with the real engine on the example models: what people and programs get.</summary>
public sealed class RealOutputTests
{
    [Theory]
    [InlineData("suspect", "derived")]
    [InlineData("stranger", "unrelated")]
    public void A_pair_in_JSON_fits_its_schema_and_is_the_same_twice(string subject, string relation)
    {
        var first = Run("compare", CliRun.Parent, Repository.At("examples", subject), "--format", "json");
        Assert.Equal(0, first.Code);
        Assert.Empty(JsonSchema.Of("stemma.comparison-1").Problems(first.Out));
        Assert.Equal(relation, (string?)JsonNode.Parse(first.Out)!["verdict"]!["relation"]);
        Assert.Equal(first.Out, Run("compare", CliRun.Parent, Repository.At("examples", subject), "--format", "json", "--threads", "1").Out);
        Assert.DoesNotContain(Repository.Root, first.Out);
    }

    [Fact]
    public void All_pairs_in_JSON_fit_their_schema()
    {
        var run = Run("compare", CliRun.Parent, CliRun.Suspect, CliRun.Stranger, "--format", "json");
        Assert.Equal(0, run.Code);
        Assert.Empty(JsonSchema.Of("stemma.comparisons-1").Problems(run.Out));
        Assert.Equal(3, JsonNode.Parse(run.Out)!["comparisons"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("parent")]
    [InlineData("suspect")]
    public void An_inspection_in_JSON_fits_its_schema(string model) =>
        Assert.Empty(JsonSchema.Of("stemma.inspection-1").Problems(Run("inspect", Repository.At("examples", model), "--format", "json").Out));

    [Fact]
    public void A_fingerprint_tells_the_same_about_the_model_as_its_headers()
    {
        using var folder = new TempFolder();
        Assert.Equal(0, Run("sketch", CliRun.Suspect, "-o", folder["suspect.stemma"]).Code);
        var (headers, sketch) = (JsonNode.Parse(Run("inspect", CliRun.Suspect, "--format", "json").Out)!, JsonNode.Parse(Run("inspect", folder["suspect.stemma"], "--format", "json").Out)!);
        foreach (var field in new[] { "architecture", "declared_architecture", "parameters", "shape", "roles", "files" }) Assert.True(JsonNode.DeepEquals(headers[field], sketch[field]), field);
    }

    [Theory]
    [InlineData("suspect")]
    [InlineData("stranger")]
    public void The_text_of_a_pair_fits_one_screen(string subject)
    {
        var run = Run("compare", CliRun.Parent, Repository.At("examples", subject));
        Assert.True(run.Out.Split('\n').Length - 1 <= 48, run.Out);
        Assert.All(run.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Every_method_has_a_short_finding()
    {
        var json = JsonNode.Parse(Run("compare", CliRun.Parent, CliRun.Suspect, "--format", "json").Out)!;
        Assert.All(json["evidence"]!.AsArray(), one => Assert.InRange(((string)one!["finding"]!).Length, 1, 78));
    }

    public static TheoryData<string, string> BrokenInputs => new()
    {
        { "missing", "nothing is there" },
        { "empty", "no weights" },
        { "README.md", "starts with the bytes" },
        { "truncated.safetensors", "cut short" },
        { "evil.bin", "posix.system" },
        { "two", "a.safetensors, b.safetensors" },
    };

    [Theory]
    [MemberData(nameof(BrokenInputs))]
    public void A_broken_input_is_refused_at_once_in_one_line_with_a_remedy(string name, string word)
    {
        using var folder = new TempFolder();
        var whole = File.ReadAllBytes(Path.Combine(CliRun.Parent, "model.safetensors"));
        Directory.CreateDirectory(folder["empty"]);
        folder.Write("README.md", "# A model\n"u8.ToArray());
        folder.Write("truncated.safetensors", whole[..(whole.Length / 2)]);
        folder.Write("evil.bin", TorchZipWriter.Checkpoint(new PickleWriter().Global("posix", "system").Op('(').Text("echo pwned").Op('t').Op('R').Stop()));
        folder.Write("two/a.safetensors", whole);
        folder.Write("two/b.safetensors", whole);
        var watch = Stopwatch.StartNew();
        var run = Run("compare", CliRun.Parent, folder[name], "--format", "json");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        Assert.Equal(2, run.Code);
        Assert.Empty(JsonSchema.Of("stemma.fault-1").Problems(run.Out));
        Assert.NotEqual("", (string?)JsonNode.Parse(run.Out)!["remedy"]);
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(word, line);
    }

    private static CliRun Run(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var quiet = args[0] == "compare" ? args.Append("--quiet") : args;
        var code = CommandLine.Run([.. quiet], new Surroundings { Out = output, Error = error });
        return new(code.Value, output.ToString(), error.ToString());
    }
}
