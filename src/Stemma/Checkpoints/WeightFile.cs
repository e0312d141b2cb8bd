using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>A file of a stranger, open for positional reads from any number of threads. It never reads past the length seen when it was opened.</summary>
internal sealed class WeightFile : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _mapped;
    private MemoryMappedViewAccessor? _view;

    private WeightFile(string shown, SafeFileHandle? handle, long length)
    {
        Shown = shown;
        _handle = handle;
        Length = length;
    }

    /// <summary>The path as the user would name it; for faults.</summary>
    public string Shown { get; }

    /// <summary>The name without folders.</summary>
    public string Name => Path.GetFileName(Shown);

    /// <summary>Bytes, when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it stands, links resolved.</param>
    /// <param name="shown">How the user would name it.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.NotFound"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static WeightFile Open(string path, string shown)
    {
        try
        {
            // A pipe or a device has length 0 and would block when opened; an empty file needs no handle.
            if (new FileInfo(path).Length == 0) return new WeightFile(shown, handle: null, 0);
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new WeightFile(shown, handle, RandomAccess.GetLength(handle));
        }
        catch (FileNotFoundException missing)
        {
            throw new StemmaException(new Fault(FaultCode.NotFound, shown, null, "no such file", "", "check the path"), missing);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StemmaException(Unreadable(shown, 0, failure.Message), failure);
        }
    }

    /// <summary>Fills the whole destination from one place of the file.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ReadFailed"/> when the file ends early or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int got;
            try
            {
                got = _handle is null ? 0 : RandomAccess.Read(_handle, destination, offset);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new StemmaException(Unreadable(Shown, offset, failure.Message), failure);
            }

            if (got <= 0) throw new StemmaException(Unreadable(Shown, offset, $"the file ends here; {destination.Length} more bytes were expected"));
            offset += got;
            destination = destination[got..];
        }
    }

    /// <summary>Reads what there is, at most the destination.</summary>
    /// <returns>Bytes read.</returns>
    public int ReadUpTo(long offset, Span<byte> destination)
    {
        var length = (int)Math.Clamp(Length - offset, 0, destination.Length);
        Read(offset, destination[..length]);
        return length;
    }

    /// <summary>A refusal at one place of this file.</summary>
    public StemmaException Refuse(FaultCode code, long? offset, string found, string allowed, string remedy = "") =>
        new(code, Shown, offset, found, allowed, remedy);

    /// <summary>Where the file's first byte stands in memory; zero when the system cannot map it. Valid until disposal.</summary>
    public nint Map()
    {
        lock (_mapping)
        {
            if (_view is null && _handle is not null)
            {
                try
                {
                    _mapped = MemoryMappedFile.CreateFromFile(_handle, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                    _view = _mapped.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or OutOfMemoryException)
                {
                    return 0;
                }
            }

            return _view is null ? 0 : _view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)_view.PointerOffset;
        }
    }

    public void Dispose()
    {
        _view?.Dispose();
        _mapped?.Dispose();
        _handle?.Dispose();
    }

    private static Fault Unreadable(string shown, long offset, string found) =>
        new(FaultCode.ReadFailed, shown, offset, found, "", "check the rights on the file, or download it again");
}
