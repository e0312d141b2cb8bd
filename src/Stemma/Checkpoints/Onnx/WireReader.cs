using System.Buffers.Binary;
using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Onnx;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Number">Which field.</param>
/// <param name="Kind">Its wire type: 0 varint, 1 eight bytes, 2 a stretch of bytes, 5 four bytes.</param>
/// <param name="Value">The number; 0 for a stretch.</param>
/// <param name="Start">Where a stretch begins.</param>
/// <param name="Length">Bytes of a stretch.</param>
internal readonly record struct WireField(long Number, int Kind, ulong Value, long Start, long Length);

/// <summary>
/// Walks over the fields of one protobuf message in a file (protobuf.dev/programming-guides/encoding). The usual library takes a message into memory whole, weights and all;
/// this reads a few bytes of each field and passes over the rest, so that a file of gigabytes costs kilobytes. It does not recurse.
/// </summary>
internal sealed class WireReader(WeightFile file, long start, long end)
{
    private const int Window = 4096;

    /// <summary>Longest name.</summary>
    private const int LongestText = 4096;

    private readonly byte[] _buffer = new byte[(int)Math.Clamp(end - start, 0, Window)];
    private long _bufferAt = start;
    private int _filled;

    /// <summary>Where in the file the next byte is.</summary>
    public long Offset { get; private set; } = start;

    /// <summary>Goes to the next field; false at the proper end.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.OnnxInvalid"/>.</exception>
    public bool Next(out WireField field)
    {
        field = default;
        if (Offset == end) return false;
        var at = Offset;
        var tag = Varint();
        var (number, kind) = ((long)(tag >> 3), (int)(tag & 7));
        if (number is 0 or > 536_870_911) throw Refuse(at, $"a field with the number {number}");
        field = kind switch
        {
            0 => new(number, kind, Varint(), 0, 0),
            1 => new(number, kind, Fixed(8), 0, 0),
            2 => Stretch(number),
            5 => new(number, kind, Fixed(4), 0, 0),
            _ => throw Refuse(at, $"a field of wire type {kind}"),
        };
        return true;
    }

    /// <summary>Numbers of a repeated varint field, packed or one by one.</summary>
    public void AddNumbers(WireField field, List<long> numbers, int most)
    {
        if (field.Kind == 0) numbers.Add((long)field.Value);
        else if (field.Kind == 2)
        {
            var packed = new WireReader(file, field.Start, field.Start + field.Length);
            while (packed.Offset < field.Start + field.Length && numbers.Count <= most) numbers.Add((long)packed.Varint());
        }

        if (numbers.Count > most) throw Refuse(field.Start, $"more than {most} numbers");
    }

    /// <summary>The text of a stretch.</summary>
    public string Text(WireField field)
    {
        if (field.Kind != 2 || field.Length > LongestText) throw Refuse(field.Start, $"a text of {field.Length} bytes");
        var bytes = new byte[field.Length];
        file.Read(field.Start, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The message in a stretch.</summary>
    public WireReader Message(WireField field) => field.Kind == 2 ? new(file, field.Start, field.Start + field.Length) : throw Refuse(Offset, "a number where a message must be");

    /// <summary>A refusal of the message.</summary>
    public StemmaException Refuse(long at, string found, string allowed = "an ONNX model") => file.Refuse(FaultCode.OnnxInvalid, at, found, allowed, "export the model again");

    private WireField Stretch(long number)
    {
        var length = Varint();
        if (length > (ulong)(end - Offset)) throw Refuse(Offset, $"a field of {length} bytes where {end - Offset} are left");
        var from = Offset;
        Offset += (long)length;
        return new(number, 2, 0, from, (long)length);
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }

        throw Refuse(Offset, "a number of more than 64 bits");
    }

    private ulong Fixed(int bytes)
    {
        Span<byte> value = stackalloc byte[8];
        value.Clear();
        for (var i = 0; i < bytes; i++) value[i] = Byte();
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    private byte Byte()
    {
        if (Offset >= end) throw Refuse(Offset, "a message that ends in the middle");
        if (Offset < _bufferAt || Offset >= _bufferAt + _filled)
        {
            _bufferAt = Offset;
            _filled = (int)Math.Min(_buffer.Length, end - Offset);
            file.Read(Offset, _buffer.AsSpan(0, _filled));
        }

        return _buffer[(int)(Offset++ - _bufferAt)];
    }
}
