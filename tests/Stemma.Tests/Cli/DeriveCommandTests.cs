using Stemma.Checkpoints;
using Stemma.Deriving.Operations;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class DeriveCommandTests
{
    [Fact]
    public void Options_become_parameters_and_the_folder_is_the_result()
    {
        var engine = new FakeEngine();
        var run = CliRun.Of(engine, "derive", "permute", CliRun.Parent, "--units", "--signs", "--seed", "7", "--type", "f16", "--shard-size", "0.5", "--threads", "2", "--force", "-o", "child");
        Assert.Equal(0, run.Code);
        Assert.Equal("child (1 kB)\n", run.Out);
        Assert.Contains("note: The head was untied.", run.Error);
        var derived = Assert.Single(engine.Derived);
        Assert.Equal(new Permute { Units = true, Signs = true, Seed = 7 }, derived.Derivation);
        Assert.Equal([CliRun.Parent], derived.Parents);
        Assert.Equal("child", derived.Folder);
        Assert.Equal(new() { Type = TensorType.F16, ShardBytes = 500_000_000, Threads = 2, Replace = true }, derived.Options);
    }

    [Fact]
    public void Quiet_leaves_the_result_alone_on_the_screen()
    {
        var run = CliRun.Of(new(), "derive", "quantise", CliRun.Parent, "--to", "int4-asymmetric", "-o", "child", "--quiet");
        Assert.Equal("child (1 kB)\n", run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void An_operation_without_parents_takes_none()
    {
        var engine = new FakeEngine();
        Assert.Equal(0, CliRun.Of(engine, "derive", "synthesise", "--shape", "gpt2", "--initial", "-o", "child").Code);
        Assert.Equal(new Synthesise { Shape = "gpt2", Initial = true }, Assert.Single(engine.Derived).Derivation);
        Assert.Equal(4, CliRun.Of(engine, "derive", "synthesise", "parent", "--shape", "gpt2", "-o", "child").Code);
    }

    [Fact]
    public void No_operation_is_a_mistake_that_lists_them()
    {
        var run = CliRun.Of(new(), "derive");
        Assert.Equal(4, run.Code);
        Assert.Equal("", run.Out);
        Assert.Contains("permute, rotate", run.Error);
    }

    [Fact]
    public async Task The_program_derives_and_finds_the_descent_again()
    {
        using var folder = new TemporaryFolder();
        var (code, output, error) = await CliProcess.Run("derive", "permute", CliRun.Parent, "--units", "-o", folder.At("child"));
        Assert.True(code == 0, error);
        Assert.Contains("child (3.", output);
        var compared = await CliProcess.Run("compare", CliRun.Parent, folder.At("child"), "--quiet");
        Assert.StartsWith("child and parent are derived, one from the other", compared.Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }
}
