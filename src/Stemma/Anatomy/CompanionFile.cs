using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>Reads the small files that stand beside weights, never more than a stated number of bytes.</summary>
internal static class CompanionFile
{
    /// <summary>Where the small files of a model stand: its folder, or that of its weight file.</summary>
    public static string FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>True when the folder has a file of that name.</summary>
    public static bool Exists(string folder, string name) => File.Exists(Path.Combine(folder, name));

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
