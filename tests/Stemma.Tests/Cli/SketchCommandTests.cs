using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class SketchCommandTests
{
    [Fact]
    public void A_sketch_is_written_where_the_user_says_and_its_place_is_the_result()
    {
        using var folder = new TemporaryFolder();
        var run = CliRun.Of(new(), "sketch", CliRun.Parent, "-o", folder.At("p.stemma"));
        Assert.Equal(0, run.Code);
        Assert.Contains("p.stemma (11 B)", run.Out);
        Assert.Equal("fingerprint", File.ReadAllText(folder.At("p.stemma")));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Several_models_go_into_a_folder_under_their_names()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CliRun.Of(new(), "fingerprint", CliRun.Parent, CliRun.Suspect, "-o", folder.Root).Code);
        Assert.Equal(["parent.stemma", "suspect.stemma"], Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_file_that_is_no_fingerprint_is_never_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("thesis.stemma"), "ten years of work");
        var engine = new FakeEngine
        {
            OnRead = path =>
            {
                if (path.EndsWith(".stemma", StringComparison.Ordinal)) throw new StemmaException(FaultCode.FingerprintInvalid, path, 0, "no header", "a fingerprint");
            },
        };
        var run = CliRun.Of(engine, "sketch", CliRun.Parent, "-o", folder.At("thesis.stemma"));
        Assert.Equal(2, run.Code);
        Assert.Contains("STM9003", run.Error);
        Assert.Equal("ten years of work", File.ReadAllText(folder.At("thesis.stemma")));
    }

    [Fact]
    public void An_outdated_fingerprint_is_renewed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("old.stemma"), "old");
        var engine = new FakeEngine
        {
            OnRead = path =>
            {
                if (path.EndsWith(".stemma", StringComparison.Ordinal)) throw new StemmaException(FaultCode.FingerprintVersion, path, 0, "version 0", "version 1");
            },
        };
        Assert.Equal(0, CliRun.Of(engine, "sketch", CliRun.Parent, "-o", folder.At("old.stemma")).Code);
        Assert.Equal("fingerprint", File.ReadAllText(folder.At("old.stemma")));
    }

    [Theory]
    [InlineData("-o", "out.txt")]
    [InlineData("-o", "model.safetensors")]
    public void Only_a_fingerprint_ending_may_be_written(params string[] output) => Assert.Equal(4, CliRun.Of(new(), ["sketch", CliRun.Parent, .. output]).Code);

    [Fact]
    public void A_sketch_that_stops_half_way_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var engine = new FakeEngine { OnRead = _ => throw new OperationCanceledException() };
        Assert.Equal(2, CliRun.Of(engine, "sketch", CliRun.Parent, "-o", folder.At("p.stemma")).Code);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }
}
