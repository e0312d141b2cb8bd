using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>A file of a stranger, open for positional reads from any number of threads. It never reads past the length seen when it was opened.</summary>
internal sealed class WeightFile : IDisposable
{
    private readonly IByteSource _source;

    /// <param name="shown">The path as the user would name it; for faults.</param>
    /// <param name="source">Where the bytes are; closed with the file.</param>
    /// <param name="folder">Where it stands; null where it was opened by itself.</param>
    public WeightFile(string shown, IByteSource source, IModelFolder? folder = null) => (Shown, _source, Folder) = (shown, source, folder);

    /// <summary>Where files stand that this one may name; null where it was opened by itself.</summary>
    public IModelFolder? Folder { get; }

    /// <summary>The path as the user would name it; for faults.</summary>
    public string Shown { get; }

    /// <summary>The name without folders.</summary>
    public string Name => Path.GetFileName(Shown);

    /// <summary>Bytes, when it was opened.</summary>
    public long Length => _source.Length;

    /// <summary>Changes when the file does.</summary>
    public string State => _source.State;

    /// <summary>How many readers at a time pay off; 0 where one per processor is best.</summary>
    public int Readers => _source.Readers;

    /// <summary>Opens a file on disk.</summary>
    /// <param name="path">Where it stands, links resolved.</param>
    /// <param name="shown">How the user would name it.</param>
    /// <param name="folder">Where it stands; null where it is opened by itself.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.NotFound"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static WeightFile Open(string path, string shown, IModelFolder? folder = null) => new(shown, DiskBytes.Open(path, shown), folder);

    /// <summary>Fills the whole destination from one place of the file.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ReadFailed"/> when the file ends early or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination) => _source.Read(Shown, offset, destination);

    /// <summary>Announces that a stretch will be read from its start to its end.</summary>
    public void Expect(long offset, long length) => _source.Expect(offset, length);

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
    public nint Map() => _source.Map();

    public void Dispose() => _source.Dispose();
}
