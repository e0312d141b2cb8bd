using System.Buffers.Binary;
using System.Text;

namespace Stemma.Tests.Support;

/// <summary>Writes pickles opcode by opcode, as torch.save does for good files and as an attacker does for others.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public PickleWriter() => Raw(0x80, 2);

    public byte[] ToArray() => [.. _bytes];

    public PickleWriter Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(char opcode) => Raw((byte)opcode);

    public PickleWriter Stop() => Op('.');

    public PickleWriter Global(string module, string name) => Raw([(byte)'c', .. Encoding.UTF8.GetBytes($"{module}\n{name}\n")]);

    public PickleWriter Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Op('X').Raw(BitConverter.GetBytes(utf8.Length)).Raw(utf8);
    }

    public PickleWriter Number(long value)
    {
        if (value is >= 0 and < 256) return Raw((byte)'K', (byte)value);
        if (value is >= int.MinValue and <= int.MaxValue) return Op('J').Raw(BitConverter.GetBytes((int)value));
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8A, 8).Raw(bytes);
    }

    public PickleWriter Numbers(IEnumerable<long> values)
    {
        Op('(');
        foreach (var value in values) Number(value);
        return Op('t');
    }

    public PickleWriter Storage(string kind, string key, long count) =>
        Op('(').Text("storage").Global("torch", kind).Text(key).Text("cpu").Number(count).Op('t').Op('Q');

    public PickleWriter Tensor(string kind, string key, long storageCount, long offset, long[] shape, long[]? strides = null)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(kind, key, storageCount).Number(offset).Numbers(shape).Numbers(strides ?? RowMajor(shape));
        return Raw(0x89).OrderedDict().Op('t').Op('R');
    }

    public PickleWriter OrderedDict() => Global("collections", "OrderedDict").Op(')').Op('R');

    /// <summary>A dictionary whose values are written by callbacks.</summary>
    public PickleWriter Dict(params (string Key, Action<PickleWriter> Value)[] items)
    {
        Op('}').Op('(');
        foreach (var (key, value) in items)
        {
            Text(key);
            value(this);
        }

        return Op('u');
    }

    public static long[] RowMajor(long[] shape)
    {
        var strides = new long[shape.Length];
        var step = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= shape[i];
        }

        return strides;
    }
}
