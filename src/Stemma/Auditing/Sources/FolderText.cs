using System.Text;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Auditing.Sources;

/// <summary>The text files of a folder, read within limits: a folder of a stranger may hold anything.</summary>
/// <param name="Files">In the order of their names.</param>
/// <param name="LeftOut">What was not read, and why; never empty in silence.</param>
public sealed record FolderText(IReadOnlyList<SourceFile> Files, IReadOnlyList<(string File, string Why)> LeftOut)
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MostBytes = 2 << 20;

    /// <summary>Most bytes of all files together.</summary>
    public const long MostTogether = 64L << 20;

    /// <summary>Most files, of any kind, that are looked at.</summary>
    public const int MostFiles = 5_000;

    /// <summary>Folders inside folders.</summary>
    public const int MostDepth = 8;

    /// <summary>Longest part of a line that is looked at, in characters.</summary>
    public const int LongestLine = 4_000;

    /// <summary>Reads.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.ReadFailed"/> when the folder itself cannot be listed.</exception>
    public static FolderText Read(string folder)
    {
        var (files, left, seen, bytes) = (new List<SourceFile>(), new List<(string, string)>(), 0, 0L);
        var open = new Stack<(string Path, string Name, int Depth)>([(folder, "", 0)]);
        while (open.TryPop(out var at))
        {
            foreach (var entry in List(at.Path, at.Name, left).OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                var name = at.Name + entry.Name;
                if (entry is DirectoryInfo inner)
                {
                    if (entry.Name is ".git" or "__pycache__") continue;
                    if (inner.LinkTarget is not null) left.Add((name, "a link to a folder, which is not followed"));
                    else if (at.Depth == MostDepth) left.Add((name, $"deeper than {MostDepth} folders"));
                    else open.Push((inner.FullName, name + "/", at.Depth + 1));
                    continue;
                }

                if (++seen > MostFiles)
                {
                    left.Add((name, $"more than {MostFiles} files; this one and all after it were not read"));
                    return Sorted(files, left);
                }

                if (SourceFile.KindOf(entry.Name) is not { } kind) continue;
                if (ReadOne((FileInfo)entry, folder, MostTogether - bytes) is var (text, size, why) && why.Length > 0) left.Add((name, why));
                else if (text is not null)
                {
                    bytes += size;
                    files.Add(new(name, kind, Lines(text)));
                }
            }
        }

        return Sorted(files, left);
    }

    private static FolderText Sorted(List<SourceFile> files, List<(string File, string Why)> left) =>
        new([.. files.OrderBy(file => file.Name, StringComparer.Ordinal)], [.. left.OrderBy(one => one.File, StringComparer.Ordinal)]);

    private static FileSystemInfo[] List(string path, string name, List<(string, string)> left)
    {
        try
        {
            return new DirectoryInfo(path).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (name.Length == 0) throw new StemmaException(new Fault(FaultCode.ReadFailed, path, null, e.Message, "", "Check the folder and its permissions"), e);
            left.Add((name, "it could not be listed"));
            return [];
        }
    }

    private static (string? Text, long Bytes, string Why) ReadOne(FileInfo file, string folder, long budget)
    {
        try
        {
            var path = LinkGuard.Resolve(file.FullName, folder);
            var length = new FileInfo(path).Length;
            if (length == 0) return (null, 0, "");
            if (length > MostBytes) return (null, 0, $"{length} bytes, more than {MostBytes}");
            if (length > budget) return (null, 0, $"more than {MostTogether} bytes of text together");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var bytes = new byte[length];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (bytes.AsSpan(0, read).Contains((byte)0)) return (null, 0, "no text: it holds zero bytes");
            return (Encoding.UTF8.GetString(bytes, 0, read), read, "");
        }
        catch (StemmaException refused) when (refused.Fault.Code == FaultCode.LinkRefused)
        {
            return (null, 0, "a link out of the folder, which is not followed");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, 0, "it could not be read");
        }
    }

    private static List<string> Lines(string text) => [.. text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n').Select(line => line.Length > LongestLine ? line[..LongestLine] : line)];
}
