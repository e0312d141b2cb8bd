using System.Buffers.Binary;
using System.Globalization;

namespace Stemma.Foundation;

/// <summary>A 128-bit digest. Written big-endian, high half first, as XXH3's canonical form is.</summary>
/// <param name="High">The more significant half.</param>
/// <param name="Low">The less significant half.</param>
public readonly record struct Digest128(ulong High, ulong Low)
{
    /// <summary>Bytes of the canonical form.</summary>
    public const int ByteLength = 16;

    /// <summary>Writes the canonical 16 bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>Reads the canonical 16 bytes.</summary>
    public static Digest128 ReadFrom(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>Reads 32 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Digest128 digest)
    {
        digest = default;
        if (text.Length != 32 || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)) return false;
        digest = new Digest128(high, low);
        return true;
    }
}
