using System.Buffers.Binary;
using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>Compares the header that stands before an entry's data with what the directory says of it.</summary>
internal static class ZipLocalHeader
{
    private const uint Signature = 0x04034B50;
    private const int FixedLength = 30;
    private const ushort SizesFollow = 0x0008;

    /// <summary>The entry with its data's place.</summary>
    /// <param name="file">The zip file.</param>
    /// <param name="entry">From the directory.</param>
    /// <param name="limit">Where the directory begins: data must end before.</param>
    public static ZipEntry Check(WeightFile file, ZipEntry entry, long limit)
    {
        Span<byte> fixedPart = stackalloc byte[FixedLength];
        if (entry.HeaderAt > limit - FixedLength) throw Refuse(file, entry, "a local header outside the file");
        file.Read(entry.HeaderAt, fixedPart);
        if (BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) != Signature) throw Refuse(file, entry, "no local header");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[26..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);
        var dataAt = entry.HeaderAt + FixedLength + nameLength + extraLength;
        if (dataAt > limit || entry.Size > limit - dataAt) throw Refuse(file, entry, $"an entry of {entry.Size} bytes that ends outside the file");
        CheckName(file, entry, nameLength);
        CheckNumbers(file, entry, fixedPart, extraLength, dataAt);
        return entry with { DataAt = dataAt };
    }

    private static void CheckName(WeightFile file, ZipEntry entry, int length)
    {
        var name = new byte[length];
        file.Read(entry.HeaderAt + FixedLength, name);
        if (name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(entry.Name))) return;
        throw file.Refuse(
            FaultCode.ZipNamesDiffer, entry.HeaderAt + FixedLength, $"the name '{Encoding.UTF8.GetString(name)}' before the data and '{entry.Name}' in the directory",
            "one name", "do not load this file: two readers would see different contents");
    }

    private static void CheckNumbers(WeightFile file, ZipEntry entry, ReadOnlySpan<byte> header, int extraLength, long dataAt)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        if (flags != entry.Flags || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != 0)
            throw Refuse(file, entry, "flags or a compression method that differ from the directory");
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]);
        ulong stored = BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
        ulong size = BinaryPrimitives.ReadUInt32LittleEndian(header[22..]);
        if (size == uint.MaxValue || stored == uint.MaxValue)
        {
            var extra = new byte[extraLength];
            file.Read(dataAt - extraLength, extra);
            var wide = ZipExtra.Zip64(extra);
            if (wide.Length >= 16) (size, stored) = (BinaryPrimitives.ReadUInt64LittleEndian(wide), BinaryPrimitives.ReadUInt64LittleEndian(wide[8..]));
        }

        var follow = (flags & SizesFollow) != 0 && crc == 0 && size == 0 && stored == 0;
        if (!follow && (crc != entry.Crc || size != (ulong)entry.Size || stored != (ulong)entry.Size))
            throw Refuse(file, entry, "sizes or a checksum that differ from the directory");
    }

    private static StemmaException Refuse(WeightFile file, ZipEntry entry, string found) =>
        file.Refuse(FaultCode.ZipInvalid, entry.HeaderAt, $"{found} (entry '{entry.Name}')", "a local header that agrees with the directory");
}
