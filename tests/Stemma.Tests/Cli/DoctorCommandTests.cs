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

    [Fact]
    public async Task Doctor_shows_the_way_to_the_hub_and_keeps_its_password()
    {
        var (code, output, _) = await CliProcess.Run(new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://me:secret@proxy.example:3128", ["HTTP_PROXY"] = "", ["ALL_PROXY"] = "" }, "doctor");
        Assert.Equal(0, code);
        Assert.Contains("through http://proxy.example:3128", string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_that_a_proxy_is_none()
    {
        var (_, output, _) = await CliProcess.Run(new Dictionary<string, string> { ["HTTPS_PROXY"] = "ftp://proxy.example" }, "doctor");
        Assert.StartsWith("Some things are in the way", output, StringComparison.Ordinal);
        Assert.Contains("HTTPS_PROXY is no address of a proxy", output, StringComparison.Ordinal);
    }
}
