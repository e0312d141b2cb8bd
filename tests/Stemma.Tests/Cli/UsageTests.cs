using Stemma.Cli.Commands;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("Did you mean 'compare'?", "comapre", "a", "b")]
    [InlineData("Did you mean '--format'?", "compare", "a", "b", "--fromat", "json")]
    [InlineData("Did you mean 'json'?", "compare", "a", "b", "--format", "jsn")]
    [InlineData("Did you mean 'derived'?", "compare", "a", "b", "--fail-on", "merged,dervied")]
    [InlineData("compare KNOWN SUSPECT", "compare", "a")]
    [InlineData("compare KNOWN SUSPECT", "compare")]
    [InlineData("sketch wants a model", "sketch")]
    [InlineData("inspect wants a model", "inspect")]
    [InlineData("route wants one thing to do", "route")]
    [InlineData("one model too many: 'b'", "inspect", "a", "b")]
    [InlineData("from 0 to 1024", "compare", "a", "b", "--threads", "many")]
    [InlineData("from 0 to 1024", "compare", "a", "b", "--threads", "-1")]
    [InlineData("FORMAT=FILE", "compare", "a", "b", "-o", "report.json")]
    [InlineData("none of them", "compare", "a", "b", "-o", "pdf=report.pdf")]
    [InlineData("no argument 'x'", "version", "x")]
    [InlineData("explain wants a report", "explain")]
    [InlineData("verify wants a file", "verify")]
    [InlineData("stemma sign FILE --key KEY", "sign", "a")]
    [InlineData("--algorithm knows", "sign", "--generate", "a", "--algorithm", "rsa")]
    [InlineData("Did you mean 'permute'?", "derive", "premute", "a", "-o", "b")]
    [InlineData("Did you mean '--units'?", "derive", "permute", "a", "-o", "b", "--unit")]
    [InlineData("permute wants MODEL", "derive", "permute", "-o", "b")]
    [InlineData("Option '-o' is required", "derive", "permute", "a")]
    [InlineData("none of them", "derive", "quantise", "a", "-o", "b", "--to", "int3")]
    [InlineData("from 0 to 1", "derive", "prune", "a", "-o", "b", "--fraction", "50")]
    [InlineData("numbers like 2,5-7", "derive", "deepen", "a", "-o", "b", "--layers", "5-2")]
    [InlineData("ranges like a:0-2", "derive", "stack", "a", "b", "-o", "c", "--layers", "0:1")]
    [InlineData("numbers like 0.5,0.3", "derive", "merge", "a", "b", "-o", "c", "--weights", "half")]
    [InlineData("merge wants MODEL MODEL", "derive", "merge", "a", "-o", "c")]
    [InlineData("one model too many: 'c'", "derive", "extract-lora", "a", "b", "c", "-o", "d")]
    [InlineData("--type knows", "derive", "noise", "a", "-o", "b", "--type", "int8")]
    public void A_mistake_is_named_on_standard_error_with_a_way_out(string said, params string[] args)
    {
        var run = CliRun.Of(new(), args);
        Assert.Equal(4, run.Code);
        Assert.Equal("", run.Out);
        Assert.Contains(said, run.Error);
        Assert.Contains($"stemma {(args[0] == "derive" ? "derive " : "")}", run.Error);
        Assert.Contains("--help' shows what it takes.", run.Error);
    }

    [Fact]
    public void No_arguments_at_all_show_the_help_as_talk()
    {
        var run = CliRun.Of(new());
        Assert.Equal(4, run.Code);
        Assert.Equal("", run.Out);
        Assert.Contains("stemma compare examples/parent examples/suspect", run.Error);
    }

    [Theory]
    [InlineData("compare")]
    [InlineData("sketch")]
    [InlineData("inspect")]
    [InlineData("bench")]
    [InlineData("route")]
    [InlineData("run")]
    [InlineData("audit")]
    [InlineData("explain")]
    [InlineData("verify")]
    [InlineData("sign")]
    [InlineData("doctor")]
    [InlineData("version")]
    public void Every_help_ends_with_examples_that_parse(string verb)
    {
        var run = CliRun.Of(new(), verb, "--help");
        Assert.Equal(0, run.Code);
        Assert.Equal("", run.Error);
        SaysEachDefaultOnce(run.Out);
        var examples = run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("  stemma ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, DocumentedCommands.Parses);
    }

    private static void SaysEachDefaultOnce(string help) => Assert.DoesNotMatch(@"\[default: [^\]]*\]\s+\[default", help);

    [Fact]
    public void A_verb_that_is_asked_for_is_set_up_alone_and_under_its_own_name()
    {
        var quiet = new Stemma.Cli.Surroundings { Out = TextWriter.Null, Error = TextWriter.Null };
        var all = Stemma.Cli.Commands.CommandLine.Root(quiet).Subcommands.Select(verb => verb.Name).ToList();
        Assert.Contains("compare", all);
        foreach (var name in all) Assert.Equal([name], Stemma.Cli.Commands.CommandLine.Root(quiet, name).Subcommands.Select(verb => verb.Name));
        Assert.Equal(all, Stemma.Cli.Commands.CommandLine.Root(quiet, "comapre").Subcommands.Select(verb => verb.Name));
    }

    [Fact]
    public void Every_operation_has_an_example_that_parses()
    {
        var derive = Stemma.Cli.Commands.CommandLine.Root(new() { Out = TextWriter.Null, Error = TextWriter.Null }).Subcommands.Single(verb => verb.Name == "derive");
        Assert.NotEmpty(derive.Subcommands);
        foreach (var operation in derive.Subcommands)
        {
            var run = CliRun.Of(new(), "derive", operation.Name, "--help");
            SaysEachDefaultOnce(run.Out);
            Assert.Contains($"  stemma derive {operation.Name} ", run.Out[..run.Out.IndexOf("Options:", StringComparison.Ordinal)], StringComparison.Ordinal);
            var examples = run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("  stemma ", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(examples);
            Assert.All(examples, DocumentedCommands.Parses);
        }
    }

    [Fact]
    public void Completions_know_the_options()
    {
        var run = CliRun.Of(new(), "[suggest:11]", "compare --f");
        Assert.Contains("--fail-on", run.Out);
        Assert.Contains("--format", run.Out);
    }

    [Theory]
    [InlineData("compare", "compare", 0)]
    [InlineData("comapre", "compare", 1)]
    [InlineData("compar", "compare", 1)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_edits(string from, string to, int edits) => Assert.Equal(edits, Nearest.Distance(from, to));
}
