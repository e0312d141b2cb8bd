using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>
/// Reads the head of a file from front to back through a small buffer. Nothing is taken because the file claims to need it: what is asked for must lie
/// before the end of the file and within <see cref="LongestHead"/>.
/// </summary>
internal sealed class GgufCursor(WeightFile file)
{
    /// <summary>Most bytes of keys and tensor descriptions; the largest known are near 20 MB, all of it vocabulary.</summary>
    public const long LongestHead = 512L << 20;

    private readonly byte[] _buffer = new byte[(int)Math.Clamp(file.Length, 1, 64 * 1024)];
    private long _bufferAt;
    private int _filled;

    /// <summary>Where the next byte stands.</summary>
    public long At { get; private set; }

    /// <summary>Bytes that may still be read.</summary>
    public long Left => Math.Min(file.Length, LongestHead) - At;

    public byte U8() => Next(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Next(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));

    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Next(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    /// <summary>A count of things that take some bytes each, all of which must still come.</summary>
    public long Count(string what, long most, int bytesEach)
    {
        var at = At;
        var count = U64();
        if (count > (ulong)most) throw file.Refuse(FaultCode.GgufTooLarge, at, $"{count} {what}", $"at most {most}");
        if ((Int128)count * bytesEach > Left) throw BeyondEnd(at, $"{count} {what} of at least {bytesEach} bytes each where {Left} bytes are left");
        return (long)count;
    }

    /// <summary>A text of bounded length, checked to be UTF-8.</summary>
    public string Text(string what, int most)
    {
        var at = At;
        var bytes = Bytes(what, most);
        if (!Utf8.IsValid(bytes)) throw file.Refuse(FaultCode.GgufNotText, at + 8, $"{what} that is not UTF-8", "UTF-8 text", Again);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The bytes of a text of bounded length.</summary>
    public byte[] Bytes(string what, int most)
    {
        var at = At;
        var length = Count($"bytes of {what}", long.MaxValue, 1);
        if (length > most) throw file.Refuse(FaultCode.GgufTooLarge, at, $"{what} of {length} bytes", $"at most {most} bytes");
        var bytes = new byte[length];
        Copy(bytes);
        return bytes;
    }

    /// <summary>Passes over a text, however long it is.</summary>
    public void SkipText(string what) => Skip(Count($"bytes of {what}", long.MaxValue, 1));

    /// <summary>Passes over bytes of which the caller knows that they are there.</summary>
    public void Skip(long bytes) => At += bytes;

    private void Copy(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var piece = Math.Min(destination.Length, _buffer.Length);
            Next(piece).CopyTo(destination);
            destination = destination[piece..];
        }
    }

    private ReadOnlySpan<byte> Next(int bytes)
    {
        if (bytes > Left) throw BeyondEnd(At, $"{bytes} bytes where {Left} are left");
        if (At < _bufferAt || At + bytes > _bufferAt + _filled)
        {
            _bufferAt = At;
            _filled = (int)Math.Min(_buffer.Length, file.Length - At);
            file.Read(At, _buffer.AsSpan(0, _filled));
        }

        var next = _buffer.AsSpan((int)(At - _bufferAt), bytes);
        At += bytes;
        return next;
    }

    private StemmaException BeyondEnd(long at, string found) => file.Length > LongestHead
        ? file.Refuse(FaultCode.GgufTooLarge, at, found, $"keys and tensor descriptions within the first {LongestHead} bytes")
        : file.Refuse(FaultCode.GgufTruncated, at, found, "a whole file", Again);

    private const string Again = "download the file again: it is cut short or damaged";
}
