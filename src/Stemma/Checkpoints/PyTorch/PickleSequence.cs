using System.Buffers.Binary;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>Pickles and numbers that stand one after another in a stretch of a file. How long a pickle is shows only when it was read, so it is tried with a small window first.</summary>
internal sealed class PickleSequence(WeightFile file, long start, long end, PersistentId? resolve = null)
{
    private const int FirstWindow = 4096;
    private const int Wider = 4;

    /// <summary>Longest pickle.</summary>
    private const int LongestPickle = 64 << 20;

    /// <summary>Where in the file the next byte is.</summary>
    public long Offset { get; private set; } = start;

    /// <summary>True when nothing is left.</summary>
    public bool AtEnd => Offset == end;

    /// <summary>The object of the next pickle, and the source that counts the work on it.</summary>
    /// <exception cref="StemmaException">As <see cref="PickleMachine.Run"/>.</exception>
    public (object? Value, PickleSource Source) Next()
    {
        for (long window = FirstWindow; ; window *= Wider)
        {
            var length = (int)Math.Min(Math.Min(window, LongestPickle), end - Offset);
            var bytes = new byte[length];
            file.Read(Offset, bytes);
            var source = new PickleSource(file, bytes, Offset);
            try
            {
                var value = new PickleMachine(source, resolve).RunFirst();
                Offset = source.Offset;
                return (value, source);
            }
            catch (StemmaException) when (source.RanOut && length < end - Offset)
            {
                if (length == LongestPickle) throw file.Refuse(FaultCode.PickleTooLarge, Offset, $"a pickle of more than {LongestPickle} bytes", $"at most {LongestPickle}");
            }
        }
    }

    /// <summary>A whole number of eight bytes.</summary>
    public long Int64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>A whole number of four bytes.</summary>
    public int Int32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>Passes over the bytes of a storage.</summary>
    public StoragePlace Storage(StorageKind kind, long count)
    {
        if (count < 0 || count > (end - Offset) / kind.Bytes)
            throw file.Refuse(FaultCode.TorchStorageInvalid, Offset, $"a storage of {count} numbers of {kind.Bytes} bytes where {end - Offset} are left", "storages inside the file", "download the file again: it may be cut short");
        var place = new StoragePlace(Offset, count * kind.Bytes);
        Offset += place.Bytes;
        return place;
    }

    /// <summary>A refusal where the sequence stands.</summary>
    public StemmaException Invalid(string found, string allowed) => file.Refuse(FaultCode.TorchLegacyInvalid, Offset, found, allowed, "save it again with PyTorch 1.6 or later, or as safetensors");

    private void Fill(Span<byte> bytes)
    {
        if (bytes.Length > end - Offset) throw Invalid($"{end - Offset} bytes", $"a number of {bytes.Length} bytes");
        file.Read(Offset, bytes);
        Offset += bytes.Length;
    }
}
