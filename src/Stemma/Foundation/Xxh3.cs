using static Stemma.Foundation.Xxh3Constants;

namespace Stemma.Foundation;

/// <summary>XXH3-128 with seed 0 and the default secret (Collet, xxHash 0.8): a fast digest against accidents. It is no cryptographic hash.</summary>
public static class Xxh3
{
    /// <summary>The digest of bytes in memory.</summary>
    public static Digest128 Hash128(ReadOnlySpan<byte> input) => Hash128(input, SimdWidths.Widest);

    internal static Digest128 Hash128(ReadOnlySpan<byte> input, SimdWidth width)
    {
        if (input.Length <= LongestShort) return Xxh3Short.Hash(input);
        Span<ulong> lanes = stackalloc ulong[Xxh3Lanes.Count];
        Xxh3Lanes.Reset(lanes);
        var whole = (input.Length - 1) / BlockLength * BlockLength;
        Xxh3Lanes.Blocks(lanes, input[..whole], width);
        return Finish(lanes, input[whole..], input[^StripeLength..], (ulong)input.Length, width);
    }

    /// <summary>Takes in the last, incomplete block and the last 64 bytes of the input, and mixes.</summary>
    internal static Digest128 Finish(Span<ulong> lanes, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> lastStripe, ulong length, SimdWidth width)
    {
        const int lastSecret = 192 - StripeLength - 7;
        const int lowSecret = 11;
        const int highSecret = 192 - StripeLength - 11;
        Xxh3Lanes.Stripes(lanes, rest[..((rest.Length - 1) / StripeLength * StripeLength)], secret: 0, width);
        Xxh3Lanes.Stripes(lanes, lastStripe, lastSecret, width);
        return unchecked(new Digest128(Merge(lanes, highSecret, ~(length * Prime64B)), Merge(lanes, lowSecret, length * Prime64A)));
    }

    private static ulong Merge(ReadOnlySpan<ulong> lanes, int secret, ulong start)
    {
        for (var i = 0; i < Xxh3Lanes.Count; i += 2)
        {
            var key = secret + i * 8;
            start = unchecked(start + Xxh3Short.MultiplyFold(lanes[i] ^ Xxh3Short.Read64(Secret, key), lanes[i + 1] ^ Xxh3Short.Read64(Secret, key + 8)));
        }

        return Xxh3Short.Avalanche(start);
    }
}

/// <summary>XXH3-128 of bytes that come in pieces; how they are cut changes nothing.</summary>
public sealed class Xxh3Hasher
{
    private readonly SimdWidth _width;
    private readonly ulong[] _lanes = new ulong[Xxh3Lanes.Count];
    private readonly byte[] _buffer = new byte[BlockLength];
    private readonly byte[] _before = new byte[StripeLength];
    private int _filled;
    private ulong _length;

    /// <summary>An empty hasher.</summary>
    public Xxh3Hasher()
        : this(SimdWidths.Widest)
    {
    }

    internal Xxh3Hasher(SimdWidth width)
    {
        _width = width;
        Reset();
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Xxh3Lanes.Reset(_lanes);
        _filled = 0;
        _length = 0;
    }

    /// <summary>The next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            _length += (ulong)bytes.Length;
        }

        // A block is taken in only when more follows it: the last one is finished differently.
        if (_filled + bytes.Length > BlockLength)
        {
            if (_filled > 0)
            {
                bytes[..(BlockLength - _filled)].CopyTo(_buffer.AsSpan(_filled));
                bytes = bytes[(BlockLength - _filled)..];
                _filled = 0;
                Take(_buffer);
            }

            var whole = (bytes.Length - 1) / BlockLength * BlockLength;
            if (whole > 0) Take(bytes[..whole]);
            bytes = bytes[whole..];
        }

        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    /// <summary>The digest of everything so far; more may follow.</summary>
    public Digest128 Finish()
    {
        if (_length <= LongestShort) return Xxh3Short.Hash(_buffer.AsSpan(0, _filled));
        Span<ulong> lanes = stackalloc ulong[Xxh3Lanes.Count];
        _lanes.CopyTo(lanes);
        Span<byte> last = stackalloc byte[StripeLength];
        var fromBefore = Math.Max(0, StripeLength - _filled);
        _before.AsSpan(StripeLength - fromBefore).CopyTo(last);
        _buffer.AsSpan(_filled - (StripeLength - fromBefore), StripeLength - fromBefore).CopyTo(last[fromBefore..]);
        return Xxh3.Finish(lanes, _buffer.AsSpan(0, _filled), last, _length, _width);
    }

    private void Take(ReadOnlySpan<byte> blocks)
    {
        Xxh3Lanes.Blocks(_lanes, blocks, _width);
        blocks[^StripeLength..].CopyTo(_before);
    }
}
