using System.Buffers.Binary;
using System.Text;
using Stemma.Checkpoints.PyTorch;

namespace Stemma.Tests.Support;

/// <summary>One entry of a zip, with everything that an attacker may want to set apart from the truth.</summary>
internal sealed record ZipPart(string Name, byte[] Data)
{
    public string? LocalName { get; init; }

    public ushort Flags { get; init; } = 0x0800;

    public ushort? LocalFlags { get; init; }

    public ushort Method { get; init; }

    public uint? Crc { get; init; }

    public uint? Size { get; init; }

    public long? HeaderAt { get; init; }
}

/// <summary>Writes zip files as torch.save does: stored, 64-byte aligned through a padding field, optionally with 64-bit records.</summary>
internal static class TorchZipWriter
{
    /// <summary>A whole checkpoint: the pickle, the byte order and the storages <c>data/0</c>, <c>data/1</c>, ...</summary>
    public static byte[] Checkpoint(PickleWriter pickle, params byte[][] storages) => Zip(Parts(pickle.ToArray(), storages));

    public static List<ZipPart> Parts(byte[] pickle, params byte[][] storages) =>
    [
        new ZipPart("archive/data.pkl", pickle), new ZipPart("archive/byteorder", "little"u8.ToArray()),
        .. storages.Select((bytes, i) => new ZipPart($"archive/data/{i}", bytes)), new ZipPart("archive/version", "3\n"u8.ToArray()),
    ];

    public static byte[] Zip(IReadOnlyList<ZipPart> parts, bool wide = false, string comment = "", int? count = null)
    {
        using var stream = new MemoryStream();
        var directory = new MemoryStream();
        foreach (var part in parts)
        {
            var at = stream.Length;
            WriteLocal(stream, part);
            WriteCentral(directory, part, part.HeaderAt ?? at, wide);
        }

        WriteEnd(stream, directory.ToArray(), count ?? parts.Count, wide, comment);
        return stream.ToArray();
    }

    private static void WriteLocal(MemoryStream stream, ZipPart part)
    {
        var name = Encoding.UTF8.GetBytes(part.LocalName ?? part.Name);
        var padding = (int)((64 - (stream.Length + 30 + name.Length + 4) % 64) % 64);
        var header = new byte[30 + name.Length + 4 + padding];
        Put32(header, 0, 0x04034B50);
        Put16(header, 6, part.LocalFlags ?? part.Flags);
        Put16(header, 8, part.Method);
        Put32(header, 14, part.Crc ?? Crc32.Of(part.Data));
        Put32(header, 18, part.Size ?? (uint)part.Data.Length);
        Put32(header, 22, part.Size ?? (uint)part.Data.Length);
        Put16(header, 26, (ushort)name.Length);
        Put16(header, 28, (ushort)(4 + padding));
        name.CopyTo(header, 30);
        "FB"u8.CopyTo(header.AsSpan(30 + name.Length));
        Put16(header, 32 + name.Length, (ushort)padding);
        stream.Write(header);
        stream.Write(part.Data);
    }

    private static void WriteCentral(MemoryStream directory, ZipPart part, long at, bool wide)
    {
        var name = Encoding.UTF8.GetBytes(part.Name);
        var size = part.Size ?? (uint)part.Data.Length;
        var header = new byte[46 + name.Length + (wide ? 28 : 0)];
        Put32(header, 0, 0x02014B50);
        Put16(header, 8, part.Flags);
        Put16(header, 10, part.Method);
        Put32(header, 16, part.Crc ?? Crc32.Of(part.Data));
        Put32(header, 20, wide ? uint.MaxValue : size);
        Put32(header, 24, wide ? uint.MaxValue : size);
        Put16(header, 28, (ushort)name.Length);
        Put32(header, 42, wide ? uint.MaxValue : (uint)at);
        name.CopyTo(header, 46);
        if (wide)
        {
            var extra = 46 + name.Length;
            Put16(header, 30, 28);
            Put16(header, extra, 1);
            Put16(header, extra + 2, 24);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(extra + 4), size);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(extra + 12), size);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(extra + 20), at);
        }

        directory.Write(header);
    }

    private static void WriteEnd(MemoryStream stream, byte[] directory, int count, bool wide, string comment)
    {
        var at = stream.Length;
        stream.Write(directory);
        if (wide)
        {
            var record = new byte[56 + 20];
            Put32(record, 0, 0x06064B50);
            Put32(record, 4, 44);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), count);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), count);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), directory.Length);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), at);
            Put32(record, 56, 0x07064B50);
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(64), stream.Length);
            Put32(record, 72, 1);
            stream.Write(record);
        }

        var end = new byte[22];
        Put32(end, 0, 0x06054B50);
        Put16(end, 8, wide ? ushort.MaxValue : (ushort)count);
        Put16(end, 10, wide ? ushort.MaxValue : (ushort)count);
        Put32(end, 12, (uint)directory.Length);
        Put32(end, 16, (uint)at);
        Put16(end, 20, (ushort)comment.Length);
        stream.Write(end);
        stream.Write(Encoding.ASCII.GetBytes(comment));
    }

    private static void Put16(byte[] bytes, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);

    private static void Put32(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
