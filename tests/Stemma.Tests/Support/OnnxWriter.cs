using System.Text;

namespace Stemma.Tests.Support;

/// <summary>Writes protobuf messages field by field, as exporters do for good models and as an attacker does for others.</summary>
internal sealed class OnnxWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public OnnxWriter Number(int field, long value) => Varint((ulong)field << 3).Varint((ulong)value);

    public OnnxWriter Bytes(int field, byte[] bytes)
    {
        Varint(((ulong)field << 3) | 2).Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    public OnnxWriter Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public OnnxWriter Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A model of a graph.</summary>
    public static byte[] Model(params byte[][] graphFields) => new OnnxWriter().Number(1, 8).Text(2, "pytorch").Bytes(7, [.. graphFields.SelectMany(f => f)]).Bytes(8, new OnnxWriter().Number(2, 17).ToArray()).ToArray();

    /// <summary>An initialiser of a graph with its numbers in raw_data, or with what the callback adds.</summary>
    public static byte[] Initialiser(string name, long type, long[] shape, byte[]? raw, Action<OnnxWriter>? more = null)
    {
        var tensor = new OnnxWriter();
        foreach (var size in shape) tensor.Number(1, size);
        tensor.Number(2, type).Text(8, name);
        if (raw is not null) tensor.Bytes(9, raw);
        more?.Invoke(tensor);
        return new OnnxWriter().Bytes(5, tensor.ToArray()).ToArray();
    }

    /// <summary>An initialiser whose numbers lie in another file.</summary>
    public static byte[] External(string name, long type, long[] shape, params (string Key, string Value)[] entries) => Initialiser(name, type, shape, null, tensor =>
    {
        foreach (var (key, value) in entries) tensor.Bytes(13, new OnnxWriter().Text(1, key).Text(2, value).ToArray());
        tensor.Number(14, 1);
    });

    /// <summary>A node of a graph.</summary>
    public static byte[] Node(string kind, string name, params string[] inputs) => Node(kind, name, inputs, []);

    /// <summary>A node with whole numbers as attributes.</summary>
    public static byte[] Node(string kind, string name, string[] inputs, (string Name, long Value)[] attributes)
    {
        var node = new OnnxWriter();
        foreach (var input in inputs) node.Text(1, input);
        node.Text(2, name + "_out").Text(3, name).Text(4, kind);
        foreach (var (attribute, value) in attributes) node.Bytes(5, new OnnxWriter().Text(1, attribute).Number(3, value).Number(20, 2).ToArray());
        return new OnnxWriter().Bytes(1, node.ToArray()).ToArray();
    }

    private OnnxWriter Varint(ulong value)
    {
        for (; value >= 128; value >>= 7) _bytes.Add((byte)(value | 128));
        _bytes.Add((byte)value);
        return this;
    }
}
