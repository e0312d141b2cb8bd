using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>The folders in which the hub's own programs keep what they downloaded: <c>models--org--name/snapshots/commit/...</c>, <c>refs/main</c> holding a commit.</summary>
internal static class HubCache
{
    private const string Mark = "models--", Snapshots = "snapshots";
    private const int LongestReference = 256;

    /// <summary>The folder of a revision in the cache; null when it was never downloaded.</summary>
    public static string? Find(string? cache, HubId id)
    {
        if (cache is null) return null;
        var model = Path.Combine(cache, Mark + id.Repository.Replace("/", "--", StringComparison.Ordinal));
        return CommitOf(model, id.Revision) is { } commit ? Snapshot(model, commit) : null;
    }

    /// <summary>The folder to read when a user names a model's folder of a cache: the commit of its branch main, or the only one; null when it is no such folder.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.AmbiguousFolder"/>.</exception>
    public static string? SnapshotIn(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Path.GetFileName(full).StartsWith(Mark, StringComparison.Ordinal) || !Directory.Exists(Path.Combine(full, Snapshots))) return null;
        if (CommitOf(full, HubId.DefaultRevision) is { } commit && Snapshot(full, commit) is { } main) return main;
        var all = Directory.EnumerateDirectories(Path.Combine(full, Snapshots)).Order(StringComparer.Ordinal).ToList();
        return all.Count switch
        {
            0 => null,
            1 => all[0],
            _ => throw new StemmaException(FaultCode.AmbiguousFolder, path, null, $"{all.Count} downloaded revisions and no refs/main", "one revision", "Name a folder below snapshots"),
        };
    }

    /// <summary>Organisation and name of the model that a folder of a cache holds; null for any other folder.</summary>
    public static string? RepositoryOf(string full)
    {
        var parts = full.Split(Path.DirectorySeparatorChar);
        var model = parts is [.., var above, Snapshots, _] ? above : parts[^1];
        return model.StartsWith(Mark, StringComparison.Ordinal) ? model[Mark.Length..].Replace("--", "/", StringComparison.Ordinal) : null;
    }

    private static string? Snapshot(string model, string commit) => Path.Combine(model, Snapshots, commit) is var folder && Directory.Exists(folder) ? folder : null;

    private static string? CommitOf(string model, string revision)
    {
        if (HubId.IsCommit(revision)) return revision;
        var path = Path.Combine(model, "refs", revision);
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length is 0 or > LongestReference) return null;
            using var reader = new StreamReader(path);
            return reader.ReadLine()?.Trim() is { } commit && HubId.IsCommit(commit) ? commit : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, path, null, failure.Message, "", "Check the rights on the cache"), failure);
        }
    }
}
