using Stemma.Checkpoints.Packing.Kernels;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Packing;

/// <summary>The kernels give the same bits on every width, and the numbers that were worked out by hand.</summary>
public sealed class PackedKernelTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    public void Bits_are_unpacked_alike_one_by_one_and_many_at_a_time(int bits)
    {
        var dice = new Dice(bits);
        foreach (var count in (int[])[1, 7, 8, 16, 31, 64, 333])
        {
            var words = Enumerable.Range(0, (int)BitKernel.WordsOf(count, bits)).Select(_ => (uint)dice.Below(int.MaxValue) * 2654435761u).ToArray();
            var (one, many) = (new float[count], new float[count]);
            BitKernel.Unpack(words, bits, one, SimdWidth.Scalar);
            BitKernel.Unpack(words, bits, many, SimdWidth.V512);
            Assert.Equal(one, many);
            Assert.All(one, q => Assert.InRange(q, 0, (1 << bits) - 1));
        }
    }

    /// <summary>0x76543210 holds 0 to 7 from the lowest bits up. Three bits: 0b...010_001_000 counts up too, and the eleventh number takes two bits of one word, one of the next.</summary>
    [Fact]
    public void Lowest_bits_come_first()
    {
        var four = new float[8];
        BitKernel.Unpack([0x76543210], 4, four);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], four);

        // Numbers 0, 1, ..., 7, 0, 1, then 6 = 0b110 over bits 30, 31 and 32.
        var three = new float[11];
        BitKernel.Unpack([0b10_001_000_111_110_101_100_011_010_001_000, 0b1], 3, three);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 6], three);
    }

    [Fact]
    public void Offsets_are_added_alike_one_by_one_and_many_at_a_time()
    {
        foreach (var count in (int[])[1, 7, 8, 32, 65])
        {
            var (one, many) = (new Dice(count).Normals(count), new Dice(count).Normals(count));
            AffineKernel.ApplyOffset(one, 0.37f, -1.3f, SimdWidth.Scalar);
            AffineKernel.ApplyOffset(many, 0.37f, -1.3f, SimdWidth.V512);
            Assert.Equal(one, many);
        }
    }

    [Fact]
    public void Codes_are_looked_up_alike_one_by_one_and_many_at_a_time()
    {
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)(i * 37)).ToArray();
        foreach (var highFirst in (bool[])[true, false])
        {
            foreach (var count in (int[])[1, 3, 4, 8, 13, 256])
            {
                var (one, many) = (new float[2 * count], new float[2 * count]);
                CodeKernel.Decode(bytes.AsSpan(0, count), highFirst, CodePackers.Nf4, 0.37f, one, SimdWidth.Scalar);
                CodeKernel.Decode(bytes.AsSpan(0, count), highFirst, CodePackers.Nf4, 0.37f, many, SimdWidth.V512);
                Assert.Equal(one, many);
            }
        }
    }

    /// <summary>NF4: the byte 0xF0 is code 15 first, then code 0: 1 and -1, times the scale.</summary>
    [Fact]
    public void The_half_that_comes_first_is_the_one_asked_for()
    {
        var numbers = new float[2];
        CodeKernel.Decode([0xF0], highFirst: true, CodePackers.Nf4, 2, numbers);
        Assert.Equal([2, -2], numbers);
        CodeKernel.Decode([0xF0], highFirst: false, CodePackers.Nf4, 2, numbers);
        Assert.Equal([-2, 2], numbers);
    }

    [Fact]
    public void Grids_become_values_alike_one_by_one_and_many_at_a_time()
    {
        var numbers = new Dice(9).Normals(77);
        var (one, many) = (numbers.ToArray(), numbers.ToArray());
        AffineKernel.Apply(one, 7, 0.01171875f, SimdWidth.Scalar);
        AffineKernel.Apply(many, 7, 0.01171875f, SimdWidth.V512);
        Assert.Equal(one, many);

        // q = 0 .. 3 with z = 1 and s = 0.5, then z = 2 and s = 4.
        float[] row = [0, 1, 2, 3];
        AffineKernel.ApplyGroups(row, [1, 2], [0.5f, 4], 2);
        Assert.Equal([-0.5f, 0, 0, 4], row);
        row = [0, 1, 2, 3];
        AffineKernel.ApplyGroups(row, [1, 2], [0.5f, 4], (ReadOnlySpan<int>)[1, 0, 1, 0]);
        Assert.Equal([-8, 0, 0, 1], row);
    }
}
