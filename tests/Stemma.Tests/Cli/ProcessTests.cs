using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

/// <summary>The built program as a process of its own.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task Version_is_one_line(string argument)
    {
        var (code, output, error) = await CliProcess.Run(argument);
        Assert.Equal(0, code);
        Assert.Matches("^stemma [0-9]+\\.[0-9]+\\.[0-9]+\n$", output);
        Assert.Equal("", error);
    }

    [Fact]
    public async Task A_usage_error_is_4_and_prints_no_result()
    {
        var (code, output, error) = await CliProcess.Run("compare", "one-model");
        Assert.Equal(4, code);
        Assert.Equal("", output);
        Assert.Contains("stemma compare KNOWN SUSPECT", error);
    }

    [Fact]
    public async Task A_missing_path_is_2_with_one_clear_message()
    {
        var (code, output, error) = await CliProcess.Run("compare", CliRun.Parent, "no-such\u001b[2Jmodel");
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Equal("stemma: STM1001 no-such\\u{1b}[2Jmodel: nothing is there. Allowed: a folder, a weight file or a .stemma file. Check the path.\n", error);
    }

    [Fact]
    public async Task Piped_help_has_no_escapes_and_fits_80_columns()
    {
        var (code, output, _) = await CliProcess.Run("compare", "--help");
        Assert.Equal(0, code);
        Assert.DoesNotContain('\u001b', output);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }
}
