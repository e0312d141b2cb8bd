using System.Diagnostics;

namespace Stemma.Tests.Support;

/// <summary>Published schemas and the validator ajv, which ./test installs under artifacts/ where npm is there.</summary>
internal static class Validators
{
    private static readonly string Folder = Repository.At("artifacts", "validators");

    /// <summary>Runs a script of tests/validators; the test is skipped where something for it is missing.</summary>
    /// <param name="script">Name of the script.</param>
    /// <param name="schema">A schema in the folder of the validators; null where a package holds it.</param>
    /// <param name="files">Documents.</param>
    public static async Task<(int Code, string Said)> Run(string script, string? schema, params IEnumerable<string> files)
    {
        var there = Directory.Exists(Path.Combine(Folder, "node_modules")) && (schema is null || File.Exists(Path.Combine(Folder, schema))) && Chromium.OnPath("node") is not null;
        Assert.SkipUnless(there, "The validators are not installed; ./test does it where npm is there.");
        IEnumerable<string> args = [Repository.At("tests", "validators", script), .. schema is null ? [] : new[] { Path.Combine(Folder, schema) }, .. files];
        var start = new ProcessStartInfo("node", args) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["NODE_PATH"] = Path.Combine(Folder, "node_modules");
        using var node = Process.Start(start)!;
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return (node.ExitCode, said);
    }
}
