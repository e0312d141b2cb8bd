using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>
/// Decides whether a symbolic link may be followed. Hub caches are made of links (<c>models--org--name/snapshots/revision/file -> ../../blobs/hash</c>),
/// but a link in a downloaded folder may also point at any private file of the reader's machine.
/// </summary>
internal static class LinkGuard
{
    /// <summary>The path to open for a file of a folder: itself, or a link's final target when that stands in the folder or in the same hub cache.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folder">The folder that the user opened.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.LinkRefused"/>.</exception>
    public static string Resolve(string path, string folder)
    {
        if (new FileInfo(path).LinkTarget is null) return path;
        var target = RealPath.Of(path);
        var home = RealPath.Of(folder);
        var inside = IsInside(target, home) || (CacheOf(home) is { } cache && IsInside(target, cache));
        if (inside && File.Exists(target)) return target;
        throw new StemmaException(
            FaultCode.LinkRefused, path, null,
            inside ? $"a link to {target}, which is no file" : $"a link to {target}",
            "links to files inside the opened folder or inside its models--... hub cache",
            "name the folder that holds the real file");
    }

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? CacheOf(string folder)
    {
        for (var at = folder; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (Path.GetFileName(at).StartsWith("models--", StringComparison.Ordinal)) return at;
        }

        return null;
    }
}
