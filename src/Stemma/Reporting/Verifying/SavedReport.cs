using Stemma.Foundation;

namespace Stemma.Reporting.Verifying;

/// <summary>Opens what compare saved: a report file with its fingerprints, or the JSON alone.</summary>
public static class SavedReport
{
    /// <summary>The answer; the fingerprints too, where the file holds them.</summary>
    /// <exception cref="StemmaException">The file is neither, or is damaged; the fault names the field.</exception>
    public static ReportInput Read(string path)
    {
        var bytes = BoundedFile.Read(path, ReportFile.MostBytes);
        return ReportFile.IsReport(bytes) ? ReportFile.Read(path, bytes).ToInput() : new(ResultReader.Read(JsonPlace.Parse(bytes, path)), []);
    }
}
