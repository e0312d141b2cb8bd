using System.Buffers.Binary;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>Where the central directory of a zip file is, from the records at its end.</summary>
/// <param name="At">First byte of the directory.</param>
/// <param name="Size">Bytes of the directory.</param>
/// <param name="Count">Entries.</param>
internal sealed record ZipEnd(long At, long Size, long Count)
{
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int WideLength = 56;
    private const int SmallestEntry = 30 + 46;

    /// <summary>Reads the records, which must end the file and stand directly behind the directory.</summary>
    public static ZipEnd Read(WeightFile file)
    {
        var endAt = Find(file);
        Span<byte> end = stackalloc byte[EndLength];
        file.Read(endAt, end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0) throw Refuse(file, endAt, "an archive split over disks");
        ulong here = BinaryPrimitives.ReadUInt16LittleEndian(end[8..]);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        ulong size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        ulong at = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var recordsAt = endAt;
        Span<byte> wide = stackalloc byte[WideLength];
        if (ReadWide(file, endAt, wide) is { } wideAt)
        {
            recordsAt = wideAt;
            var agrees = Agrees(ref here, ushort.MaxValue, wide[24..]) & Agrees(ref count, ushort.MaxValue, wide[32..])
                & Agrees(ref size, uint.MaxValue, wide[40..]) & Agrees(ref at, uint.MaxValue, wide[48..]);
            if (!agrees) throw Refuse(file, endAt, "an end record that differs from the 64-bit one");
        }

        if (here != count || size > (ulong)recordsAt || at != (ulong)recordsAt - size)
            throw Refuse(file, endAt, $"a directory of {size} bytes at {at}, {count} entries");
        if (count > (ulong)file.Length / SmallestEntry) throw Refuse(file, endAt, $"{count} entries in a file of {file.Length} bytes");
        return new ZipEnd((long)at, (long)size, (long)count);
    }

    private static long Find(WeightFile file)
    {
        var tail = new byte[(int)Math.Min(file.Length, EndLength + ushort.MaxValue)];
        file.Read(file.Length - tail.Length, tail);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            var found = tail.AsSpan(i).StartsWith("PK\u0005\u0006"u8);
            if (found && BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(i + 20)) == tail.Length - i - EndLength) return file.Length - tail.Length + i;
        }

        throw file.Refuse(FaultCode.ZipInvalid, file.Length, "no end record", "a whole zip file with nothing behind it", "download the file again: it may be cut short");
    }

    private static long? ReadWide(WeightFile file, long endAt, Span<byte> wide)
    {
        Span<byte> locator = stackalloc byte[LocatorLength];
        if (endAt < LocatorLength + WideLength) return null;
        file.Read(endAt - LocatorLength, locator);
        if (!locator.StartsWith("PK\u0006\u0007"u8)) return null;
        var at = endAt - LocatorLength - WideLength;
        file.Read(at, wide);
        var proper = wide.StartsWith("PK\u0006\u0006"u8) && BinaryPrimitives.ReadUInt64LittleEndian(wide[4..]) == WideLength - 12
            && BinaryPrimitives.ReadUInt64LittleEndian(wide[16..]) == 0 && BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]) == (ulong)at
            && BinaryPrimitives.ReadUInt32LittleEndian(locator[4..]) == 0;
        return proper ? at : throw Refuse(file, endAt - LocatorLength, "a 64-bit end record that is not where it should be");
    }

    /// <summary>Takes the 64-bit value; the narrow one must be saturated or the same.</summary>
    private static bool Agrees(ref ulong narrow, ulong saturated, ReadOnlySpan<byte> wide)
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        var agrees = narrow == saturated || narrow == value;
        narrow = value;
        return agrees;
    }

    private static StemmaException Refuse(WeightFile file, long at, string found) =>
        file.Refuse(FaultCode.ZipInvalid, at, found, "one whole directory directly before the end records");
}
