using System.Formats.Tar;

namespace Stemma.Tests.Support;

/// <summary>Writes files as torch.save did before 1.6, piece by piece, so that each piece can be a lie.</summary>
internal static class LegacyTorchWriter
{
    public static readonly byte[] Magic = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    /// <summary>The five pickles and the storages.</summary>
    public static byte[] File(PickleWriter objects, IReadOnlyList<(string Key, long Count, byte[] Bytes)> storages, bool littleEndian = true, long version = 1001)
    {
        var keys = new PickleWriter().Op(']').Op('(');
        foreach (var (key, _, _) in storages) keys.Text(key);
        return
        [
            .. Magic, .. new PickleWriter().Number(version).Stop().ToArray(), .. new PickleWriter().Dict(("little_endian", p => p.Raw(littleEndian ? (byte)0x88 : (byte)0x89))).Stop().ToArray(),
            .. objects.ToArray(), .. keys.Op('e').Stop().ToArray(), .. storages.SelectMany(s => BitConverter.GetBytes(s.Count).Concat(s.Bytes)),
        ];
    }

    /// <summary>A tensor whose storage has the six items of old files.</summary>
    public static PickleWriter OldTensor(this PickleWriter pickle, string kind, string key, long count, long offset, long[] shape, (string Key, long First, long Count)? part = null)
    {
        pickle.Global("torch._utils", "_rebuild_tensor_v2").Op('(').Op('(').Text("storage").Global("torch", kind).Text(key).Text("cpu").Number(count);
        if (part is { } view) pickle.Op('(').Text(view.Key).Number(view.First).Number(view.Count).Op('t');
        else pickle.Op('N');
        return pickle.Op('t').Op('Q').Number(offset).Numbers(shape).Numbers(PickleWriter.RowMajor(shape)).Raw(0x89).OrderedDict().Op('t').Op('R');
    }

    /// <summary>A tar archive of PyTorch 0.1 with one storage of four floats (key 7), its second half as a part (key 8), and two tensors.</summary>
    public static Dictionary<string, byte[]> TarMembers() => new(StringComparer.Ordinal)
    {
        ["storages"] =
        [
            .. One(p => p.Number(1)), .. One(p => p.Op('(').Number(7).Text("cpu").Global("torch", "FloatStorage").Op('t')), .. BitConverter.GetBytes(4L),
            .. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes), .. One(p => p.Op(']').Op('(').Numbers([8, 7, 2, 2]).Op('e')),
        ],
        ["tensors"] =
        [
            .. One(p => p.Number(2)), .. Tensor(100, 7, [2, 2], [1, 2], 0), .. Tensor(101, 8, [2], [1], 0),
        ],
        ["pickle"] = One(p => p.Dict(("w", one => one.Text("100").Op('Q')), ("b", one => one.Text("101").Op('Q')))),
    };

    public static byte[] Tensor(long key, long storage, long[] sizes, long[] strides, long offset, int? dimensions = null) =>
    [
        .. One(p => p.Op('(').Number(key).Number(storage).Global("torch", "FloatTensor").Op('t')), .. BitConverter.GetBytes(dimensions ?? sizes.Length), 0, 0, 0, 0,
        .. sizes.Concat(strides).Append(offset).SelectMany(BitConverter.GetBytes),
    ];

    public static byte[] Tar(IReadOnlyDictionary<string, byte[]> members, Action<string, UstarTarEntry>? change = null)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, bytes) in members)
            {
                var entry = new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) };
                change?.Invoke(name, entry);
                tar.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    private static byte[] One(Func<PickleWriter, PickleWriter> write) => write(new PickleWriter()).Stop().ToArray();
}
