using System.Text.RegularExpressions;
using Stemma.Tests.Support;

namespace Stemma.Tests.House;

/// <summary>
/// The README shows what the program prints, letter by letter. A block whose last line is <c>...</c> shows only the beginning.
/// STEMMA_UPDATE_GOLDEN=1 writes the blocks anew.
/// </summary>
public sealed class ReadmeOutputTests
{
    private static readonly Regex Block = new(@"```\n\$ \./stemma (?<args>[^\n]*)\n(?<shown>.*?)```", RegexOptions.Singleline);

    [Fact]
    public async Task The_README_shows_what_the_program_prints()
    {
        var file = Repository.At("README.md");
        var readme = await File.ReadAllTextAsync(file);
        var written = readme;
        var blocks = Block.Matches(readme);
        Assert.True(blocks.Count >= 2, "The README runs both examples.");
        foreach (Match block in blocks)
        {
            var (code, output, error) = await CliProcess.Run([.. block.Groups["args"].Value.Split(' '), "--quiet"]);
            Assert.True(code == 0, error);
            var shown = block.Groups["shown"].Value;
            var expected = shown.EndsWith("\n...\n", StringComparison.Ordinal) ? output[..(output.IndexOf("\n\n", StringComparison.Ordinal) + 1)] + "...\n" : output;
            written = written.Replace(block.Value, block.Value.Replace(shown, expected, StringComparison.Ordinal), StringComparison.Ordinal);
        }

        if (Environment.GetEnvironmentVariable("STEMMA_UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(file, written);
        else Assert.Equal(written, readme);
    }
}
