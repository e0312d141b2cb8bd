using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class DoctorCommandTests
{
    [Fact]
    public void Doctor_answers_first_and_leaves_nothing_behind()
    {
        var before = Directory.GetFiles(".", ".stemma-*").Length;
        var run = CliRun.Of(new(), "doctor");
        Assert.Equal(0, run.Code);
        Assert.Matches("^(Everything is in place|Some things are in the way)", run.Out);
        Assert.Contains("-bit vectors", run.Out);
        Assert.Equal(before, Directory.GetFiles(".", ".stemma-*").Length);
    }
}
