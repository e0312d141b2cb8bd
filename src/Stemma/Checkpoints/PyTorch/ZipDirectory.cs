using System.Buffers.Binary;
using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>
/// Reads the central directory of a zip file with stored entries. Stricter than common readers on purpose: wherever two readers could see
/// different contents (flag bits, two names, overlaps, something after the end) the file is refused.
/// </summary>
internal static class ZipDirectory
{
    private const uint Signature = 0x02014B50;
    private const int FixedLength = 46;
    private const long LongestDirectory = 128 << 20;
    private const uint Saturated = uint.MaxValue;

    /// <summary>Bits that change nothing for stored data: compression level, sizes in a descriptor, UTF-8 names.</summary>
    private const ushort HarmlessFlags = 0x0006 | 0x0008 | 0x0800;

    private const ushort EncryptedFlags = 0x0001 | 0x0040 | 0x2000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All entries by name, checked against their local headers and against each other.</summary>
    /// <exception cref="StemmaException">One of the 120x codes.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(WeightFile file)
    {
        var end = ZipEnd.Read(file);
        if (end.Size > LongestDirectory) throw file.Refuse(FaultCode.ZipInvalid, end.At, $"a directory of {end.Size} bytes", $"at most {LongestDirectory}");
        var bytes = new byte[end.Size];
        file.Read(end.At, bytes);
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        var position = 0;
        for (var i = 0L; i < end.Count; i++)
        {
            var entry = ReadEntry(file, bytes.AsSpan(position), end.At + position, out var taken);
            entry = ZipLocalHeader.Check(file, entry, end.At);
            if (!entries.TryAdd(entry.Name, entry))
                throw file.Refuse(FaultCode.ZipInvalid, end.At + position, $"the entry '{entry.Name}' a second time", "each name once");
            position += taken;
        }

        if (position != bytes.Length) throw file.Refuse(FaultCode.ZipInvalid, end.At + position, "more than the stated entries in the directory", $"{end.Count} entries");
        CheckOverlaps(file, entries.Values);
        return entries;
    }

    private static ZipEntry ReadEntry(WeightFile file, ReadOnlySpan<byte> bytes, long at, out int taken)
    {
        if (bytes.Length < FixedLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Signature)
            throw file.Refuse(FaultCode.ZipInvalid, at, "no entry of the central directory", "the signature PK\\1\\2");
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        CheckKind(file, at, flags, BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]));
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]);
        taken = FixedLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[32..]);
        if (taken > bytes.Length) throw file.Refuse(FaultCode.ZipInvalid, at, "an entry that ends outside the directory", "whole entries");

        ulong size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]);
        ulong stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        ulong header = BinaryPrimitives.ReadUInt32LittleEndian(bytes[42..]);
        var wide = ZipExtra.Zip64(bytes.Slice(FixedLength + nameLength, extraLength));
        var complete = Widen(ref size, ref wide) & Widen(ref stored, ref wide) & Widen(ref header, ref wide);
        if (!complete || size != stored || size > (ulong)file.Length || header > (ulong)file.Length)
            throw file.Refuse(FaultCode.ZipInvalid, at, $"an entry of {stored} stored and {size} real bytes at {header}", "equal sizes inside the file");
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        return new ZipEntry(NameOf(file, bytes.Slice(FixedLength, nameLength), at), flags, crc, (long)size, (long)header, DataAt: 0);
    }

    private static void CheckKind(WeightFile file, long at, ushort flags, ushort method)
    {
        if ((flags & EncryptedFlags) != 0) throw file.Refuse(FaultCode.ZipEncrypted, at, $"an entry with flags {flags:X4}, encrypted", "entries in clear");
        if (method != 0) throw file.Refuse(FaultCode.ZipCompressed, at, $"an entry with compression method {method}", "stored entries, as torch.save writes them", "save the checkpoint again with torch.save");
        if ((flags & ~HarmlessFlags) != 0) throw file.Refuse(FaultCode.ZipInvalid, at, $"an entry with flags {flags:X4}", $"only the bits {HarmlessFlags:X4}");
    }

    private static bool Widen(ref ulong value, ref ReadOnlySpan<byte> wide)
    {
        if (value != Saturated) return true;
        if (wide.Length < 8) return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        wide = wide[8..];
        return true;
    }

    private static string NameOf(WeightFile file, ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new StemmaException(new Fault(FaultCode.ZipInvalid, file.Shown, at, "an entry name that is not UTF-8", "UTF-8", ""), failure);
        }
    }

    private static void CheckOverlaps(WeightFile file, IEnumerable<ZipEntry> entries)
    {
        var covered = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.HeaderAt))
        {
            if (entry.HeaderAt < covered) throw file.Refuse(FaultCode.ZipInvalid, entry.HeaderAt, $"the entry '{entry.Name}' inside another one", "entries that do not overlap");
            covered = entry.DataAt + entry.Size;
        }
    }
}
