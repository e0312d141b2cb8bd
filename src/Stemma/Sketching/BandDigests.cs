using System.Buffers.Binary;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>A tensor's digest is the digest of its bands' digests, so that bands can be hashed by several threads.</summary>
internal static class BandDigests
{
    public static Digest128 Combine(ReadOnlySpan<Digest128> bands)
    {
        var bytes = new byte[bands.Length * 16];
        for (var i = 0; i < bands.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 16), bands[i].High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan((i * 16) + 8), bands[i].Low);
        }

        return Xxh3.Hash128(bytes);
    }
}
