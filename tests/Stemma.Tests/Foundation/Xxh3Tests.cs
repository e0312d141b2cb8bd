using System.Security.Cryptography;
using Stemma.Foundation;

namespace Stemma.Tests.Foundation;

public sealed class Xxh3Tests
{
    /// <summary>The digests of lengths 0 to 2000 by xxHash 0.8.1, canonical form, joined, as SHA-256.</summary>
    private const string AllShortDigests = "d53ac5dca692c2341ff64e000a682ff796af8916dab3c43224ccb7f99050ed54";

    public static TheoryData<string> Widths => [.. Enum.GetNames<SimdWidth>()];

    [Theory]
    [InlineData(0, "99aa06d3014798d86001c324468d497f")]
    [InlineData(1, "80a904279c75ba2add02fbe6d2c66464")]
    [InlineData(3, "48b0e23e845948b5feea62717a65f4b9")]
    [InlineData(4, "33940d2eb00bcc3d427f80d599aa988a")]
    [InlineData(8, "44b015976641c2dbad4b7aa993978b24")]
    [InlineData(9, "99fa9cd61c06178d135fff6eda8b0795")]
    [InlineData(16, "5f339d1248739dca547f8408b192eb0b")]
    [InlineData(17, "84b0c537f0a313ae03b12648a94f954c")]
    [InlineData(32, "eea26f8a0d14f0f0ee538bad541beb2f")]
    [InlineData(33, "44eeb7e1d08f890c2af2c67b231d50b6")]
    [InlineData(97, "4d2ebdc534fcda1c35344ea0306e1c4e")]
    [InlineData(128, "1408dd105b21b51007cd0970e2fd5d1a")]
    [InlineData(129, "ffb9443afabd499861af044e8dd8f017")]
    [InlineData(160, "53790c6f45bb81c44ff4522b5289ee67")]
    [InlineData(240, "6e951aa5e9a1088db05ccd28fe6d036e")]
    [InlineData(241, "26c8f6f4d05592096deb1ae71a8a8bec")]
    [InlineData(1000, "f3241a5bdf15f65262cfd4781b6dd41f")]
    [InlineData(1024, "984ac94ef312f7c05370f57883c8f088")]
    [InlineData(1025, "98964bbd335dae352e7bc851fc4a1332")]
    [InlineData(1088, "54d86197e8faaefd723045f6c8de3df0")]
    [InlineData(1089, "05573eb29249914a78fc3e224dd88a9f")]
    [InlineData(4096, "60382f7d30e6a512b5f432dcae68ff30")]
    [InlineData(100000, "8bd0abd1c13d9c5b5030f8087098c8aa")]
    [InlineData(3000000, "085b29e1027d2ea9f2a44042743f22a6")]
    public void Agrees_with_the_reference_library(int length, string expected)
    {
        var input = Input(length);
        foreach (var width in Enum.GetValues<SimdWidth>()) Assert.Equal(expected, Xxh3.Hash128(input, width).ToString());
        Assert.True(Digest128.TryParse(expected, out var digest));
        Assert.Equal(Xxh3.Hash128(input), digest);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Agrees_with_the_reference_library_on_every_length_to_2000(string width)
    {
        var input = Input(2000);
        var joined = new byte[2001 * Digest128.ByteLength];
        for (var length = 0; length <= 2000; length++)
            Xxh3.Hash128(input.AsSpan(0, length), Enum.Parse<SimdWidth>(width)).WriteTo(joined.AsSpan(length * Digest128.ByteLength));
        Assert.Equal(AllShortDigests, Convert.ToHexStringLower(SHA256.HashData(joined)));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void How_the_input_is_cut_changes_nothing(string width)
    {
        var input = Input(10_000);
        var hasher = new Xxh3Hasher(Enum.Parse<SimdWidth>(width));
        for (var seed = 0UL; seed < 200; seed++)
        {
            hasher.Reset();
            var length = (int)(SeededHash.Mix(seed, 0) % 10_001);
            var longest = 1 + (int)(SeededHash.Mix(seed, 1) % 3000);
            for (var at = 0; at < length;)
            {
                var piece = Math.Min(length - at, (int)(SeededHash.Mix(seed, (ulong)at + 2) % (ulong)longest));
                hasher.Append(input.AsSpan(at, piece == 0 ? 1 : piece));
                at += piece == 0 ? 1 : piece;
                if (at % 7 == 0) Assert.Equal(Xxh3.Hash128(input.AsSpan(0, at)), hasher.Finish());
            }

            Assert.Equal(Xxh3.Hash128(input.AsSpan(0, length)), hasher.Finish());
        }
    }

    [Fact]
    public void A_digest_keeps_its_bytes_and_its_text()
    {
        var digest = new Digest128(0x0123456789ABCDEF, 0xFEDCBA9876543210);
        Span<byte> bytes = stackalloc byte[Digest128.ByteLength];
        digest.WriteTo(bytes);
        Assert.Equal("0123456789abcdeffedcba9876543210", digest.ToString());
        Assert.Equal(digest.ToString(), Convert.ToHexStringLower(bytes));
        Assert.Equal(digest, Digest128.ReadFrom(bytes));
        Assert.False(Digest128.TryParse("0123", out _));
        Assert.False(Digest128.TryParse(new string('g', 32), out _));
    }

    /// <summary>Byte i is the top byte of (i + 1) * 0x9E3779B97F4A7C15 modulo 2^64.</summary>
    private static byte[] Input(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(unchecked((ulong)(i + 1) * 0x9E3779B97F4A7C15) >> 56);
        return bytes;
    }
}
