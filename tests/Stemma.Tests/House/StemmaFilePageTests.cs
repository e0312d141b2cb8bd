using System.Diagnostics;
using System.Text.RegularExpressions;
using Stemma.Tests.Support;

namespace Stemma.Tests.House;

/// <summary>The page about the .stemma file promises that a few lines of Python open one.</summary>
public sealed class StemmaFilePageTests
{
    [Fact]
    public async Task The_Python_on_the_page_opens_a_fingerprint()
    {
        var page = await File.ReadAllTextAsync(Repository.At("docs", "formats", "stemma-file.md"));
        using var folder = new TempFolder();
        var script = folder.Write("open.py", System.Text.Encoding.UTF8.GetBytes(Regex.Match(page, "```python\n(.*?)```", RegexOptions.Singleline).Groups[1].Value));
        Engine.Save(Engine.Fingerprint(CliRun.Parent), folder["parent.stemma"]);
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", [script, folder["parent.stemma"]]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            Assert.Equal(0, python.ExitCode);
            Assert.StartsWith("stemma.fingerprint/1 parent ", output);
            var arrays = Regex.Matches(output, "^([a-z_.]+) +[A-Z]+[0-9]+ ", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(arrays);
            Assert.All(arrays, name => Assert.Contains(name.EndsWith("_scale", StringComparison.Ordinal) ? "_scale" : name, page));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no python3 here.");
        }
    }
}
