using Stemma.Fingerprints;
using Stemma.Foundation;

namespace Stemma.Cli;

/// <summary>Where fingerprints are written, and what they may replace.</summary>
internal static class SketchFiles
{
    public const string Ending = ".stemma";

    public static bool IsFingerprint(string path) => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>The file for a model's name in a folder; slashes of a name become hyphens, and a name cannot climb out.</summary>
    public static string Place(string folder, string name)
    {
        var safe = string.Concat(name.Select(letter => letter is '/' or '\\' or ':' || char.IsControl(letter) ? '-' : letter)).TrimStart('.');
        return Path.Combine(folder, (safe.Length == 0 ? "model" : safe) + Ending);
    }

    /// <summary>Refuses to replace anything that is not a fingerprint. One with an outdated recipe may be replaced: that is how it is renewed.</summary>
    public static void CheckOverwrite(Surroundings around, string file)
    {
        if (!File.Exists(file)) return;
        try
        {
            if (IsFingerprint(file)) around.Engine.Fingerprint(file, new SketchOptions(), NoProgress.Instance, around.Cancel);
            else throw Refusal(file);
        }
        catch (StemmaException problem) when (problem.Fault.Code is FaultCode.FingerprintVersion or FaultCode.RecipeMismatch)
        {
            // An old fingerprint, which the new one replaces.
        }
        catch (StemmaException problem) when (problem.Fault.Code is not FaultCode.WouldOverwrite)
        {
            throw Refusal(file);
        }
    }

    private static StemmaException Refusal(string file) =>
        new(FaultCode.WouldOverwrite, file, null, "the file exists and is not a fingerprint", "a new file, or an older fingerprint", "Choose another name with -o, or move the file away");
}
