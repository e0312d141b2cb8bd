using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Reads the small files that stand beside weights, never more than a stated number of bytes.</summary>
internal static class CompanionFile
{
    /// <summary>Largest configuration that is read, in bytes.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>Deepest nesting of one.</summary>
    public const int MostDepth = 64;

    /// <summary>Where the small files of a model stand: its folder, or that of its weight file.</summary>
    public static string FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>True when the folder has a file of that name.</summary>
    public static bool Exists(string folder, string name) => File.Exists(Path.Combine(folder, name));

    /// <summary>A configuration in JSON, with or without a byte order mark.</summary>
    /// <param name="folder">Where it stands; links out of it are refused.</param>
    /// <param name="name">Its name.</param>
    /// <param name="code">The fault for what cannot be read so.</param>
    /// <returns>Null when there is no folder or no such file.</returns>
    /// <exception cref="StemmaException"><paramref name="code"/>, <see cref="FaultCode.LinkRefused"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static JsonDocument? ReadJson(string? folder, string name, FaultCode code)
    {
        if (folder is null || !Exists(folder, name)) return null;
        LinkGuard.Resolve(Path.Combine(folder, name), folder);
        ReadOnlyMemory<byte> bytes = Read(folder, name, MostBytes, code);
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            return StrangersJson.Parse(bytes, MostDepth);
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(code, name, null, e.Message, "JSON", "Repair the file or take it away"), e);
        }
    }

    /// <summary>The whole file.</summary>
    /// <param name="folder">Where it stands.</param>
    /// <param name="name">Its name, which is also how a fault calls it.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="code">The fault for a file that is too large or empty.</param>
    /// <exception cref="StemmaException"><paramref name="code"/>, or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static byte[] Read(string folder, string name, int most, FaultCode code)
    {
        var path = Path.Combine(folder, name);
        try
        {
            // A pipe or a device claims no bytes; opening one could wait for ever.
            var claimed = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target.Length : new FileInfo(path).Length;
            if (claimed == 0) throw new StemmaException(code, name, null, "the file is empty or no regular file", "");
            if (claimed > most) throw new StemmaException(code, name, null, $"{claimed} bytes", $"at most {most} bytes");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var bytes = new byte[claimed];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, name, null, e.Message, "", "Check the file and its permissions"), e);
        }
    }
}
