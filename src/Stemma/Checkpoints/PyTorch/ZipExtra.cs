using System.Buffers.Binary;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>The extra fields of a zip header.</summary>
internal static class ZipExtra
{
    /// <summary>The 64-bit sizes (field 1); empty when there are none. Padding fields of PyTorch are passed over.</summary>
    public static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4) return [];
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }
}
