using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Bytes that can be read at any place by several threads at once: a file on disk, or one that a hub serves.</summary>
internal interface IByteSource : IDisposable
{
    /// <summary>Bytes, when it was opened; nothing beyond is ever read.</summary>
    long Length { get; }

    /// <summary>Changes when the bytes do: the time of a file on disk, the digest of one on a hub.</summary>
    string State { get; }

    /// <summary>How many readers at a time pay off; 0 where one per processor is best.</summary>
    int Readers { get; }

    /// <summary>Fills the whole destination from one place.</summary>
    /// <param name="shown">What a fault calls the file.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">How many.</param>
    /// <exception cref="StemmaException">The bytes could not be had.</exception>
    void Read(string shown, long offset, Span<byte> destination);

    /// <summary>Where the first byte stands in memory; zero where the bytes cannot be mapped. Valid until disposal.</summary>
    nint Map();

    /// <summary>Announces that a stretch will be read from its start to its end, in pieces; a source that pays for every question asks once.</summary>
    void Expect(long offset, long length);
}
