using System.Text.RegularExpressions;
using Stemma.Tests.Support;

namespace Stemma.Tests.House;

/// <summary>
/// The pages show what the program prints, letter by letter. A block whose last line is <c>...</c> shows only the beginning.
/// STEMMA_UPDATE_GOLDEN=1 writes the blocks anew.
/// </summary>
public sealed class ShownOutputTests
{
    private static readonly Regex Block = new(@"```\n\$ \./stemma (?<args>[^\n]*)\n(?<shown>.*?)```", RegexOptions.Singleline);

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/start.md")]
    [InlineData("docs/route.md")]
    [InlineData("docs/audit.md")]
    public async Task The_page_shows_what_the_program_prints(string page)
    {
        var file = Repository.At(page);
        var text = await File.ReadAllTextAsync(file);
        var written = text;
        var blocks = Block.Matches(text);
        Assert.True(blocks.Count >= 2, "Both examples are shown.");
        foreach (Match block in blocks)
        {
            var (code, output, error) = await CliProcess.Run([.. block.Groups["args"].Value.Split(' '), "--quiet"]);
            Assert.True(code == 0, error);
            var shown = block.Groups["shown"].Value;
            var expected = shown.EndsWith("\n...\n", StringComparison.Ordinal) ? output[..(output.IndexOf("\n\n", StringComparison.Ordinal) + 1)] + "...\n" : output;
            var command = block.Value[..(block.Groups["shown"].Index - block.Index)];
            written = written.Replace(block.Value, command + expected + "```", StringComparison.Ordinal);
        }

        if (Environment.GetEnvironmentVariable("STEMMA_UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(file, written);
        else Assert.Equal(written, text);
    }
}
