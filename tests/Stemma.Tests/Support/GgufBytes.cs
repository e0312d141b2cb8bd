using System.Text;

namespace Stemma.Tests.Support;

/// <summary>Puts GGUF files together by hand, proper ones and others. It shares no code with the program.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte[]> _keys = [];
    private readonly List<(string Name, ulong[] Sizes, int Type, byte[] Data)> _tensors = [];

    public uint Version { get; init; } = 3;
    public string Magic { get; init; } = "GGUF";

    /// <summary>Claims instead of the true numbers.</summary>
    public ulong? TensorCount { get; init; }
    public ulong? KeyCount { get; init; }
    public uint? Dimensions { get; init; }
    public Func<int, ulong, ulong> OffsetOf { get; init; } = (_, offset) => offset;
    public ulong Alignment { get; init; } = 32;
    public int CutAtEnd { get; init; }
    public int MoreAtEnd { get; init; }

    public static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    public static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static byte[] Text(byte[] text) => [.. U64((ulong)text.Length), .. text];

    /// <summary>A key with the bytes of its value.</summary>
    public GgufBytes Key(string name, int type, byte[] value) => Raw([.. Text(name), .. U32((uint)type), .. value]);

    public GgufBytes Raw(byte[] key)
    {
        _keys.Add(key);
        return this;
    }

    public GgufBytes Key(string name, uint value) => Key(name, 4, U32(value));

    public GgufBytes Key(string name, string value) => Key(name, 8, Text(value));

    public GgufBytes Texts(string name, params string[] values) => Key(name, 9, [.. U32(8), .. U64((ulong)values.Length), .. values.SelectMany(Text)]);

    public GgufBytes Numbers(string name, params int[] values) => Key(name, 9, [.. U32(5), .. U64((ulong)values.Length), .. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>A tensor; sizes as the file has them, the last dimension first.</summary>
    public GgufBytes Tensor(string name, int type, ulong[] sizes, byte[] data)
    {
        _tensors.Add((name, sizes, type, data));
        return this;
    }

    /// <summary>A tensor of floats with the shape outermost first.</summary>
    public GgufBytes Floats(string name, int[] shape, float[] values) =>
        Tensor(name, 0, [.. shape.Reverse().Select(size => (ulong)size)], [.. values.SelectMany(BitConverter.GetBytes)]);

    public byte[] ToArray()
    {
        var file = new MemoryStream();
        file.Write(Encoding.ASCII.GetBytes(Magic));
        file.Write(U32(Version));
        file.Write(U64(TensorCount ?? (ulong)_tensors.Count));
        file.Write(U64(KeyCount ?? (ulong)_keys.Count));
        foreach (var key in _keys) file.Write(key);
        var offset = 0UL;
        for (var i = 0; i < _tensors.Count; i++)
        {
            var (name, sizes, type, data) = _tensors[i];
            file.Write(Text(name));
            file.Write(U32(Dimensions ?? (uint)sizes.Length));
            foreach (var size in sizes) file.Write(U64(size));
            file.Write(U32((uint)type));
            file.Write(U64(OffsetOf(i, offset)));
            offset += Padded((ulong)data.Length);
        }

        foreach (var (_, _, _, data) in _tensors)
        {
            file.Write(new byte[Padded((ulong)file.Length) - (ulong)file.Length]);
            file.Write(data);
        }

        file.Write(new byte[MoreAtEnd]);
        return file.ToArray()[..^CutAtEnd];
    }

    /// <summary>A small Llama: two layers, width 8, four heads of two, two for keys and values; every number says where it stands.</summary>
    public static GgufBytes Llama(uint heads = 2, uint keyHeads = 1, bool paired = true)
    {
        var file = new GgufBytes()
            .Key("general.architecture", "llama").Key("general.name", "tiny").Key("llama.block_count", 2).Key("llama.embedding_length", 8)
            .Key("llama.feed_forward_length", 12).Key("llama.attention.head_count", heads).Key("llama.attention.head_count_kv", keyHeads)
            .Key("tokenizer.ggml.model", "llama").Texts("tokenizer.ggml.tokens", "<unk>", "<0x41>", "\u2581the", "x").Numbers("tokenizer.ggml.token_type", 2, 6, 1, 1);
        file.Floats("token_embd.weight", [4, 8], Numbers(4, 8, 0)).Floats("output_norm.weight", [8], Numbers(1, 8, 50)).Floats("output.weight", [4, 8], Numbers(4, 8, 60));
        for (var layer = 0; layer < 2; layer++)
        {
            var (name, from) = ($"blk.{layer}.", 1000 * (layer + 1));
            file.Floats(name + "attn_norm.weight", [8], Numbers(1, 8, from));
            file.Floats(name + "attn_q.weight", [8, 8], paired ? Pair(Numbers(8, 8, from + 100), 8, (int)heads) : Numbers(8, 8, from + 100));
            file.Floats(name + "attn_k.weight", [4, 8], paired ? Pair(Numbers(4, 8, from + 200), 8, (int)keyHeads) : Numbers(4, 8, from + 200));
            file.Floats(name + "attn_v.weight", [4, 8], Numbers(4, 8, from + 300)).Floats(name + "attn_output.weight", [8, 8], Numbers(8, 8, from + 400));
            file.Floats(name + "ffn_norm.weight", [8], Numbers(1, 8, from + 500));
            file.Floats(name + "ffn_gate.weight", [12, 8], Numbers(12, 8, from + 600)).Floats(name + "ffn_up.weight", [12, 8], Numbers(12, 8, from + 700));
            file.Floats(name + "ffn_down.weight", [8, 12], Numbers(8, 12, from + 800));
        }

        return file;
    }

    /// <summary>Consecutive numbers.</summary>
    public static float[] Numbers(int rows, int columns, int from) => [.. Enumerable.Range(from, rows * columns).Select(i => (float)i)];

    /// <summary>What the converter does to the rows of q and k: reshape(heads, 2, size / 2), swap the last two, reshape back.</summary>
    public static float[] Pair(float[] values, int columns, int heads)
    {
        var size = values.Length / columns / heads;
        var paired = new float[values.Length];
        for (var head = 0; head < heads; head++)
            for (var half = 0; half < 2; half++)
                for (var i = 0; i < size / 2; i++)
                    Array.Copy(values, ((head * size) + (half * size / 2) + i) * columns, paired, ((head * size) + (2 * i) + half) * columns, columns);
        return paired;
    }

    private ulong Padded(ulong length) => (length + Alignment - 1) / Alignment * Alignment;
}
