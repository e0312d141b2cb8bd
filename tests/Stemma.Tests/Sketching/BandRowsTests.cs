using System.Runtime.InteropServices;
using Stemma.Checkpoints.Tensors;
using Stemma.Sketching;
using Stemma.Sketching.Kernels;

namespace Stemma.Tests.Sketching;

/// <summary>Rows that are decoded a stretch at a time hold the numbers of rows that are decoded whole.</summary>
public sealed class BandRowsTests
{
    private const int Rows = 5, Columns = 768;

    public static TheoryData<TensorType> Types => [.. Enum.GetValues<TensorType>().Where(type => type.IsReal())];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_stretch_of_a_row_is_the_same_wherever_its_blocks_begin(TensorType type)
    {
        var random = new Random((int)type);
        var stored = new byte[type.BytesOf(Rows * Columns)];
        random.NextBytes(stored);
        var whole = new float[Rows * Columns];
        TensorDecoder.Decode(type, stored, whole);
        var rows = new BandRows(type, Columns, stored, new float[Columns]);

        for (var trial = 0; trial < 200; trial++)
        {
            var (row, from) = (random.Next(Rows), random.Next(Columns));
            var skipped = random.Next(row + 1);
            var count = random.Next(Columns - from + 1);
            var numbers = rows.From(skipped).Numbers(row - skipped, from, count);
            Assert.Equal(Bits(whole.AsSpan((row * Columns) + from, count)), type == TensorType.BF16 ? Load<BFloat16Source>(numbers) : Load<Float32Source>(numbers));
        }
    }

    private static int[] Load<TSource>(ReadOnlySpan<byte> numbers)
        where TSource : struct, IRowSource
    {
        var floats = new float[numbers.Length / TSource.Bytes];
        for (var i = 0; i < floats.Length; i++) floats[i] = TSource.Load(ref MemoryMarshal.GetReference(numbers), i);
        return Bits(floats);
    }

    private static int[] Bits(ReadOnlySpan<float> floats) => MemoryMarshal.Cast<float, int>(floats).ToArray();
}
