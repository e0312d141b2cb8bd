using Stemma.Foundation;

namespace Stemma.Reporting.Verifying;

/// <summary>A whole small file in memory; one that is larger than it may be is refused before memory is taken.</summary>
internal static class BoundedFile
{
    /// <param name="path">As the user named it.</param>
    /// <param name="most">Largest length that is read, in bytes.</param>
    /// <exception cref="StemmaException">Not there, not readable, or larger.</exception>
    public static byte[] Read(string path, long most)
    {
        try
        {
            // A pipe or a device has no length and could be endless.
            if (!File.Exists(path)) throw new StemmaException(FaultCode.NotFound, path, null, "no such file", "", "Check the path");
            using var file = File.OpenRead(path);
            if (file.Length > most) throw new StemmaException(FaultCode.ReportTooLarge, path, null, $"{file.Length} bytes", $"at most {most} bytes");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, path, null, failure.Message, "", "Check the file and its permissions"), failure);
        }
    }
}
