using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>The head of a file in which every number was checked against the file.</summary>
/// <param name="Version">2 or 3.</param>
/// <param name="Keys">What the file says about its model.</param>
/// <param name="Tensors">In file order.</param>
/// <param name="End">Behind the last tensor.</param>
internal sealed record GgufHeader(uint Version, GgufKeys Keys, IReadOnlyList<GgufTensor> Tensors, long End)
{
    /// <summary>Most tensors; the largest model known has fewer than ten thousand when experts are stacked.</summary>
    private const int MostTensors = 1_000_000;

    private const int SmallestTensor = 8 + 1 + 4 + 4 + 8;

    /// <summary>Reads and checks the head: magic, version, keys, tensor descriptions, layout.</summary>
    /// <exception cref="StemmaException">One of the 13xx codes.</exception>
    public static GgufHeader Read(WeightFile file)
    {
        var cursor = new GgufCursor(file);
        Span<byte> magic = stackalloc byte[4];
        if (file.ReadUpTo(0, magic) < 4 || !magic.SequenceEqual("GGUF"u8))
            throw file.Refuse(FaultCode.UnknownFormat, 0, ForeignFormats.Describe(file), "a file that begins with GGUF");
        cursor.Skip(magic.Length);
        var version = ReadVersion(file, cursor);
        var tensors = cursor.Count("tensors", MostTensors, SmallestTensor);
        var reader = new GgufKeyReader(file, cursor);
        var keys = reader.Read(reader.ReadCount());
        var (placed, end) = new GgufTensorReader(file, cursor).Read(tensors, AlignmentOf(file, keys));
        return new GgufHeader(version, keys, placed, end);
    }

    private static uint ReadVersion(WeightFile file, GgufCursor cursor)
    {
        var at = cursor.At;
        var version = cursor.U32();
        if (version is 2 or 3) return version;
        // A file for machines of the other byte order has no mark of its own but its version, which reads as 3 << 24.
        if ((version & 0xFFFF) == 0 && version != 0)
            throw file.Refuse(FaultCode.GgufByteOrder, at, "a file for big-endian machines", "little-endian files", "convert it again on, or for, a little-endian machine");
        throw file.Refuse(FaultCode.GgufVersion, at, $"version {version}", "version 2 or 3", version == 1 ? "convert the original weights again: version 1 was in use for two weeks of 2023" : "");
    }

    private static long AlignmentOf(WeightFile file, GgufKeys keys)
    {
        if (keys.Find("general.alignment") is not { } value) return GgufKeys.UsualAlignment;
        if (value is { Type: GgufValueType.U32, Count: null, Whole: { } alignment } && alignment > 0 && long.IsPow2(alignment)) return alignment;
        throw file.Refuse(FaultCode.GgufBadKey, null, $"the alignment {value.Text}", "a power of two as a 32-bit whole number");
    }
}
