using System.Runtime.InteropServices;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Fingerprints;

/// <summary>An array of a fingerprint, read piece by piece; asking for more than there is is a fault of the file.</summary>
internal sealed class ArrayCursor<T>(Checkpoint checkpoint, TensorInfo tensor)
    where T : unmanaged
{
    /// <summary>Bytes that are read together for small pieces.</summary>
    private const int Ahead = 1 << 16;

    private readonly byte[] _ahead = GC.AllocateUninitializedArray<byte>(Ahead);
    private long _at, _aheadFrom, _aheadTo;

    public bool Exhausted => _at == tensor.ByteLength;

    /// <summary>The next numbers.</summary>
    /// <exception cref="StemmaException">There are fewer, or some are not finite.</exception>
    public T[] Next(long count)
    {
        var left = (tensor.ByteLength - _at) / Marshal.SizeOf<T>();
        if (count < 0 || count > left) throw Refuse(null, $"{left} numbers left in {tensor.Name} where {count} are claimed", "as many as claimed");
        var piece = GC.AllocateUninitializedArray<T>(checked((int)count));
        Read(MemoryMarshal.AsBytes(new Span<T>(piece)));
        return AreFinite(piece) ? piece : throw Refuse(tensor.Offset, $"numbers in {tensor.Name} that are not finite", "finite numbers");
    }

    private void Read(Span<byte> bytes)
    {
        if (bytes.Length > Ahead)
        {
            checkpoint.ReadBytes(tensor.File, tensor.Offset + _at, bytes);
        }
        else
        {
            if (_at < _aheadFrom || _at + bytes.Length > _aheadTo)
            {
                (_aheadFrom, _aheadTo) = (_at, Math.Min(tensor.ByteLength, _at + Ahead));
                checkpoint.ReadBytes(tensor.File, tensor.Offset + _at, new Span<byte>(_ahead, 0, (int)(_aheadTo - _aheadFrom)));
            }

            new ReadOnlySpan<byte>(_ahead, (int)(_at - _aheadFrom), bytes.Length).CopyTo(bytes);
        }

        _at += bytes.Length;
    }

    private static bool AreFinite(Array numbers)
    {
        if (numbers is float[] singles)
        {
            foreach (var number in singles)
                if (!float.IsFinite(number)) return false;
        }

        if (numbers is double[] doubles)
        {
            foreach (var number in doubles)
                if (!double.IsFinite(number)) return false;
        }

        return true;
    }

    private StemmaException Refuse(long? offset, string found, string allowed) => new(FaultCode.FingerprintInvalid, checkpoint.Path, offset, found, allowed, "Sketch the model again");
}

/// <summary>The arrays of one fingerprint file.</summary>
internal sealed class FingerprintArrays(Checkpoint checkpoint)
{
    private readonly List<Taken> _taken = [];

    public ArrayCursor<T> Take<T>(string name, TensorType type)
        where T : unmanaged
    {
        var tensor = checkpoint.Tensors.FirstOrDefault(t => t.Name == name && t.Type == type)
            ?? throw new StemmaException(FaultCode.FingerprintInvalid, checkpoint.Path, null, $"no array {name} of type {type}", "all arrays of the format", "Sketch the model again");
        var cursor = new ArrayCursor<T>(checkpoint, tensor);
        _taken.Add(new(name, () => cursor.Exhausted));
        return cursor;
    }

    /// <summary>Numbers that no manifest entry claims would be carried along unseen.</summary>
    public void ExpectAllRead()
    {
        if (_taken.Find(t => !t.Exhausted()) is { } left)
            throw new StemmaException(FaultCode.FingerprintInvalid, checkpoint.Path, null, $"numbers in {left.Name} that the manifest does not claim", "none", "Sketch the model again");
    }

    private sealed record Taken(string Name, Func<bool> Exhausted);
}
