using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>A file on disk, read by position.</summary>
internal sealed class DiskBytes : IByteSource
{
    private readonly SafeFileHandle? _handle;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _mapped;
    private MemoryMappedViewAccessor? _view;

    private DiskBytes(SafeFileHandle? handle, long length, string state) => (_handle, Length, State) = (handle, length, state);

    public long Length { get; }

    public string State { get; }

    public int Readers => 0;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it stands, links resolved.</param>
    /// <param name="shown">How the user would name it.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.NotFound"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static DiskBytes Open(string path, string shown)
    {
        try
        {
            // A pipe or a device has length 0 and would block when opened; an empty file needs no handle.
            if (new FileInfo(path).Length == 0) return new DiskBytes(handle: null, 0, "");
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new DiskBytes(handle, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle).Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture));
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

    public void Read(string shown, long offset, Span<byte> destination)
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
                throw new StemmaException(Unreadable(shown, offset, failure.Message), failure);
            }

            if (got <= 0) throw new StemmaException(Unreadable(shown, offset, $"the file ends here; {destination.Length} more bytes were expected"));
            offset += got;
            destination = destination[got..];
        }
    }

    public void Expect(long offset, long length)
    {
        // The operating system reads ahead by itself.
    }

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
