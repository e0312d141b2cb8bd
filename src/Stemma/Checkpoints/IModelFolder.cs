using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>A folder that can be listed and whose files can be read at any place: on disk, or on a hub.</summary>
internal interface IModelFolder
{
    /// <summary>The folder as the user named it; for faults.</summary>
    string Shown { get; }

    /// <summary>Names of the files that stand directly in it, in ordinal order.</summary>
    /// <exception cref="StemmaException">It cannot be listed.</exception>
    IReadOnlyList<string> Names();

    /// <summary>Other folders that a user may have meant: those in which a file stands whose name promises weights, in ordinal order.</summary>
    IReadOnlyList<string> FoldersWithWeights();

    /// <summary>How a user would name one of these.</summary>
    string AddressOf(string found);

    /// <summary>True when there is a file, or a link, of that name.</summary>
    bool Has(string name);

    /// <summary>Opens a file.</summary>
    /// <exception cref="StemmaException">It is not there, cannot be read, or is a link that leads out of the folder.</exception>
    WeightFile Open(string name);
}

/// <summary>A folder on disk; links lead neither out of it nor out of its hub cache.</summary>
internal sealed class DiskFolder(string folder) : IModelFolder
{
    /// <summary>Most files that are looked at below a folder without weights: a hint must not take seconds.</summary>
    private const int MostSeen = 10_000;

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden };

    public string Shown => folder;

    public IReadOnlyList<string> Names()
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, folder, null, failure.Message, "", "check the rights on the folder"), failure);
        }
    }

    public IReadOnlyList<string> FoldersWithWeights() =>
    [
        .. Directory.EnumerateFiles(folder, "*", Below).Take(MostSeen).Where(path => CheckpointFormats.Suggested(path) is not null)
            .Select(path => Path.GetRelativePath(folder, Path.GetDirectoryName(path)!)).Where(found => found != ".").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    public string AddressOf(string found) => Path.Combine(folder, found);

    public bool Has(string name) => File.Exists(Path.Combine(folder, name)) || new FileInfo(Path.Combine(folder, name)).LinkTarget is not null;

    public WeightFile Open(string name)
    {
        var shown = Path.Combine(folder, name);
        return WeightFile.Open(LinkGuard.Resolve(shown, folder), shown, this);
    }
}
