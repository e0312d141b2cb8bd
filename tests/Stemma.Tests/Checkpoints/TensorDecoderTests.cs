using System.Runtime.InteropServices;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Tests.Checkpoints;

public sealed class TensorDecoderTests
{
    private static readonly ushort[] AllCodes = [.. Enumerable.Range(0, 65536).Select(code => (ushort)code)];

    public static TheoryData<string> Widths => [.. Enum.GetNames<SimdWidth>()];

    [Theory]
    [MemberData(nameof(Widths))]
    public void F16_is_exact_for_every_code_at_every_width(string width) =>
        AssertBits(AllCodes.Select(code => (float)BitConverter.UInt16BitsToHalf(code)), Decode(TensorType.F16, MemoryMarshal.AsBytes<ushort>(AllCodes), width));

    [Theory]
    [MemberData(nameof(Widths))]
    public void BF16_is_exact_for_every_code_at_every_width(string width) =>
        AssertBits(AllCodes.Select(code => BitConverter.UInt32BitsToSingle((uint)code << 16)), Decode(TensorType.BF16, MemoryMarshal.AsBytes<ushort>(AllCodes), width));

    [Theory]
    [MemberData(nameof(Widths))]
    public void Lengths_that_fill_no_register_are_decoded_too(string width)
    {
        for (var length = 0; length < 140; length++)
        {
            var codes = AllCodes.AsSpan(15_000, length);
            AssertBits(codes.ToArray().Select(code => (float)BitConverter.UInt16BitsToHalf(code)), Decode(TensorType.F16, MemoryMarshal.AsBytes(codes), width));
            AssertBits(codes.ToArray().Select(code => BitConverter.UInt32BitsToSingle((uint)code << 16)), Decode(TensorType.BF16, MemoryMarshal.AsBytes(codes), width));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Numbers_of_eight_bits_are_those_of_the_table_for_every_code_at_every_width(string width)
    {
        // 7 more than a whole number of registers.
        var codes = Enumerable.Range(0, 263).Select(code => (byte)code).ToArray();
        foreach (var type in (TensorType[])[TensorType.F8E4M3, TensorType.F8E5M2, TensorType.F8E4M3Fnuz, TensorType.F8E5M2Fnuz, TensorType.F8E8M0])
            AssertBits(Decode(type, codes, nameof(SimdWidth.Scalar)), Decode(type, codes, width));
    }

    [Fact]
    public void E5M2_is_the_upper_half_of_F16()
    {
        var codes = Enumerable.Range(0, 256).Select(code => (byte)code).ToArray();
        var decoded = Decode(TensorType.F8E5M2, codes);
        for (var code = 0; code < 256; code++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)(code << 8));
            Assert.True(float.IsNaN(expected) ? float.IsNaN(decoded[code]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(decoded[code]), $"code {code}");
        }
    }

    [Theory]
    [InlineData(TensorType.F8E4M3, 0x00, 0f)]
    [InlineData(TensorType.F8E4M3, 0x01, 0.001953125f)]
    [InlineData(TensorType.F8E4M3, 0x08, 0.015625f)]
    [InlineData(TensorType.F8E4M3, 0x38, 1f)]
    [InlineData(TensorType.F8E4M3, 0x7E, 448f)]
    [InlineData(TensorType.F8E4M3, 0xFE, -448f)]
    [InlineData(TensorType.F8E4M3, 0x7F, float.NaN)]
    [InlineData(TensorType.F8E4M3, 0xFF, float.NaN)]
    [InlineData(TensorType.F8E5M2, 0x7B, 57344f)]
    [InlineData(TensorType.F8E5M2, 0x7C, float.PositiveInfinity)]
    [InlineData(TensorType.F8E4M3Fnuz, 0x80, float.NaN)]
    [InlineData(TensorType.F8E4M3Fnuz, 0x7F, 240f)]
    [InlineData(TensorType.F8E4M3Fnuz, 0x40, 1f)]
    [InlineData(TensorType.F8E5M2Fnuz, 0x80, float.NaN)]
    [InlineData(TensorType.F8E5M2Fnuz, 0x7F, 57344f)]
    [InlineData(TensorType.F8E5M2Fnuz, 0x40, 1f)]
    [InlineData(TensorType.F8E8M0, 0x7F, 1f)]
    [InlineData(TensorType.F8E8M0, 0x80, 2f)]
    [InlineData(TensorType.F8E8M0, 0x00, 5.877472e-39f)]
    [InlineData(TensorType.F8E8M0, 0xFE, 1.7014118e38f)]
    [InlineData(TensorType.F8E8M0, 0xFF, float.NaN)]
    public void Eight_bit_landmarks_are_where_the_standards_put_them(TensorType type, byte code, float value) => Assert.Equal(value, Decode(type, [code])[0]);

    [Fact]
    public void Every_number_of_eight_bits_is_its_own_and_only_the_stated_codes_are_NaN()
    {
        var codes = Enumerable.Range(0, 256).Select(code => (byte)code).ToArray();
        foreach (var (type, nans) in ((TensorType, int)[])[(TensorType.F8E4M3, 2), (TensorType.F8E5M2, 6), (TensorType.F8E4M3Fnuz, 1), (TensorType.F8E5M2Fnuz, 1), (TensorType.F8E8M0, 1)])
        {
            var decoded = Decode(type, codes);
            Assert.Equal(nans, decoded.Count(float.IsNaN));
            Assert.Equal(256 - nans, decoded.Where(value => !float.IsNaN(value)).Select(BitConverter.SingleToInt32Bits).Distinct().Count());
        }
    }

    [Fact]
    public void F4_takes_the_low_half_first() =>
        Assert.Equal([0.5f, 0f, 1.5f, 1f, 3f, 2f, 6f, 4f, -0.5f, -6f], Decode(TensorType.F4, [0x01, 0x23, 0x45, 0x67, 0xF9]));

    [Fact]
    public void F6_is_a_dense_stream_from_the_lowest_bit()
    {
        // Codes 1, 2, 31, 63: 63 << 18 | 31 << 12 | 2 << 6 | 1.
        byte[] bytes = [0x81, 0xF0, 0xFD];
        Assert.Equal([0.125f, 0.25f, 7.5f, -7.5f], Decode(TensorType.F6E2M3, bytes));
        Assert.Equal([0.0625f, 0.125f, 28f, -28f], Decode(TensorType.F6E3M2, bytes));
    }

    [Fact]
    public void F64_is_rounded_to_the_nearest_float_and_complex_numbers_alternate()
    {
        double[] wide = [1, 1 + 1e-8, 1e300, double.NaN, -0.0, 1e-50];
        Assert.Equal([1, 1, float.PositiveInfinity, float.NaN, -0f, 0], Decode(TensorType.F64, MemoryMarshal.AsBytes<double>(wide)));
        float[] complex = [1, 2, 3, 4];
        Assert.Equal(complex, Decode(TensorType.C64, MemoryMarshal.AsBytes<float>(complex)));
        Assert.Equal(complex, Decode(TensorType.F32, MemoryMarshal.AsBytes<float>(complex)));
    }

    [Fact]
    public void Whole_numbers_and_wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TensorDecoder.Decode(TensorType.I32, new byte[4], new float[1]));
        Assert.Throws<ArgumentException>(() => TensorDecoder.Decode(TensorType.BF16, new byte[4], new float[1]));
        Assert.Throws<ArgumentException>(() => TensorDecoder.Decode(TensorType.BF16, new byte[3], new float[1]));
        Assert.All(Enum.GetValues<TensorType>().Where(type => !type.IsBlocked()), type => Assert.InRange(type.BitsOf(), 4, 64));
    }

    private static float[] Decode(TensorType type, ReadOnlySpan<byte> bytes, string? width = null)
    {
        var floats = new float[TensorDecoder.CountOf(type, bytes.Length)];
        if (width is null) TensorDecoder.Decode(type, bytes, floats);
        else TensorDecoder.Decode(type, bytes, floats, Enum.Parse<SimdWidth>(width));
        return floats;
    }

    private static void AssertBits(IEnumerable<float> expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
}
