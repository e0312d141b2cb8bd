using Stemma.Foundation;
using Stemma.Reporting;

namespace Stemma.Cli;

/// <summary>One <c>-o FORMAT=FILE</c>.</summary>
internal sealed record OutputTarget(string Format, string File)
{
    /// <summary>Reads the option's value.</summary>
    /// <returns>Null and a sentence for the user when it is not of that form.</returns>
    public static (OutputTarget? Target, string Problem) Parse(string text, IReadOnlyList<string> formats)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || equals == text.Length - 1) return (null, $"-o wants FORMAT=FILE, for example -o json=report.json; '{SafeText.Escape(text)}' is not that.");
        var format = text[..equals];
        return formats.Contains(format)
            ? (new(format, text[(equals + 1)..]), "")
            : (null, $"-o knows the formats {string.Join(", ", formats)}; '{SafeText.Escape(format)}' is none of them.");
    }
}

/// <summary>Files appear whole or not at all, and what cannot be written is said before hours of reading.</summary>
internal static class OutputFiles
{
    /// <summary>Refuses a target whose folder is missing or which is a folder itself.</summary>
    public static void CheckPlace(string file)
    {
        if (Directory.Exists(file)) throw new StemmaException(FaultCode.WriteFailed, file, null, "a folder stands there", "the name of a file");
        var folder = Path.GetDirectoryName(Path.GetFullPath(file));
        if (!Directory.Exists(folder)) throw new StemmaException(FaultCode.WriteFailed, file, null, "its folder does not exist", "a file in an existing folder", "Create the folder first");
    }

    /// <summary>A report's place: as <see cref="CheckPlace"/>, and never over a file that by its ending holds a model.</summary>
    public static void CheckReportPlace(string file)
    {
        if (File.Exists(file) && ModelNames.LooksLikeModel(file))
        {
            throw new StemmaException(FaultCode.WouldOverwrite, file, null, "a report would replace a model", "a new file, or an older report", "Choose another name with -o");
        }

        CheckPlace(file);
    }

    /// <summary>A folder that is there afterwards.</summary>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.WriteFailed, folder, null, $"the folder could not be made: {problem.Message}", "", "Choose another folder"), problem);
        }
    }

    /// <summary>Lets <paramref name="write"/> fill a temporary file beside the target and then puts it in place.</summary>
    public static void Write(string file, Action<string> write)
    {
        var partial = file + ".partial";
        try
        {
            write(partial);
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.WriteFailed, file, null, $"it could not be written: {problem.Message}", "", "Check the permissions and the free space"), problem);
        }
        finally
        {
            DeleteQuietly(partial);
        }
    }

    /// <summary>A text that stands there already.</summary>
    public static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, file, null, problem.Message, "", "Check the file and its permissions"), problem);
        }
    }

    /// <summary>A report in one of its formats.</summary>
    public static void WriteText(string file, string text) => Write(file, partial => File.WriteAllText(partial, text));

    /// <summary>Lines as a plain text document.</summary>
    public static string Plain(IEnumerable<TextLine> lines) => string.Concat(lines.Select(line => line.Text + "\n"));

    private static void DeleteQuietly(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The write's own fault is on its way; a leftover .partial file explains itself.
        }
    }
}
