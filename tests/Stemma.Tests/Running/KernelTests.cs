using Stemma.Foundation.Linear;
using Stemma.Running.Kernels;
using Stemma.Running.Layers;
using Stemma.Running.Weights;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running;

/// <summary>Products by every way they can be made, against sums in double precision.</summary>
public sealed class KernelTests
{
    [Theory]
    [InlineData(1, 5, 3)]
    [InlineData(3, 31, 40)]
    [InlineData(5, 64, 17)]
    [InlineData(7, 333, 500)]
    [InlineData(8, 96, 1200)]
    [InlineData(13, 1030, 1100)]
    public void Few_and_many_tokens_give_the_sums(int tokens, int inputs, int outputs)
    {
        var dice = new Dice(tokens);
        var matrix = new Matrix(outputs, inputs);
        dice.Normals(outputs * inputs).CopyTo(matrix.Data, 0);
        var bias = dice.Normals(outputs);
        using var x = new Rows(tokens, inputs);
        dice.Normals(tokens * inputs).CopyTo(x.All);
        using var y = new Linear(HeldWeight.Of(matrix), bias).Apply(x);
        for (var token = 0; token < tokens; token++)
        {
            for (var row = 0; row < outputs; row++)
            {
                double sum = bias[row], size = Math.Abs(bias[row]);
                for (var i = 0; i < inputs; i++) (sum, size) = (sum + (x[token][i] * (double)matrix[row, i]), size + Math.Abs(x[token][i] * (double)matrix[row, i]));
                Assert.InRange(Math.Abs(sum - y[token][row]), 0, 1e-6 * size);
            }
        }
    }

    [Fact]
    public unsafe void A_token_s_products_do_not_depend_on_its_companions()
    {
        var dice = new Dice(3);
        var (rows, length) = (9, 77);
        var weights = Array.ConvertAll(dice.Normals(rows * length), v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16));
        var x = dice.Normals(6 * length);
        var (together, alone) = (new float[6 * rows], new float[6 * rows]);
        fixed (ushort* w = weights)
        fixed (float* v = x, t = together, a = alone)
        {
            DotKernel.Multiply<StoredBFloat16>((byte*)w, rows, length, v, 6, t, rows);
            for (var i = 0; i < 6; i++) DotKernel.Multiply<StoredBFloat16>((byte*)w, rows, length, v + (i * length), 1, a + (i * rows), rows);
        }

        Assert.Equal(alone, together);
    }

    [Fact]
    public void Activations_are_their_formulas()
    {
        var x = Enumerable.Range(-60, 121).Select(i => i / 6f).ToArray();
        Compare(Activation.Silu, NaiveMath.Silu);
        Compare(Activation.Gelu, NaiveMath.GeluErf);
        Compare(Activation.GeluTanh, NaiveMath.GeluTanh);
        Compare(Activation.QuickGelu, v => v * NaiveMath.Sigmoid(1.702 * v));
        Compare(Activation.Relu, v => Math.Max(0, v));

        void Compare(Activation kind, Func<double, double> formula)
        {
            var y = (float[])x.Clone();
            Activations.Apply(kind, y);
            for (var i = 0; i < x.Length; i++) Assert.InRange(Math.Abs(formula(x[i]) - y[i]), 0, 2e-6 * (1 + Math.Abs(x[i])));
        }
    }

    [Theory]
    [InlineData(6, 2, 5, 7, 1, 40, null)]
    [InlineData(4, 4, 16, 32, 33, 0, null)]
    [InlineData(8, 1, 3, 20, 9, 30, 6)]
    [InlineData(5, 5, 40, 48, 37, 3, 17)]
    public void Attention_mixes_the_past(int heads, int groups, int keySize, int valueSize, int tokens, int before, int? window)
    {
        var dice = new Dice(heads + tokens);
        using var q = Filled(dice, before + tokens, heads * keySize);
        using var k = Filled(dice, before + tokens, groups * keySize);
        using var v = Filled(dice, before + tokens, groups * valueSize);
        var cache = new KvCache(before + tokens, groups, keySize, valueSize);
        cache.Store(0, k, v);
        using var last = new Rows(tokens, q.Width);
        q.All[(before * q.Width)..].CopyTo(last.All);
        using var mixed = CausalAttention.Mix(last, cache, before, heads, window, 0.3);
        for (var head = 0; head < heads; head++)
        {
            var group = head / (heads / groups);
            var expected = NaiveMath.Attend(Part(q, head, keySize), Part(k, group, keySize), Part(v, group, valueSize), 0.3, window ?? int.MaxValue);
            for (var token = 0; token < tokens; token++)
                for (var d = 0; d < valueSize; d++) Assert.InRange(Math.Abs(expected[before + token][d] - mixed[token][(head * valueSize) + d]), 0, 1e-5);
        }
    }

    [Fact]
    public void Best_takes_the_earlier_of_equals()
    {
        var places = new int[3];
        Best.Of([1, 3, 3, 2, 3], 0, 5, places);
        Assert.Equal([1, 2, 4], places);
        Best.Of([9, 1, 5, 5, 9], 1, 3, places.AsSpan(0, 2));
        Assert.Equal([2, 3], places[..2]);
    }

    private static Rows Filled(Dice dice, int count, int width)
    {
        var rows = new Rows(count, width);
        dice.Normals(count * width).CopyTo(rows.All);
        return rows;
    }

    private static double[][] Part(Rows rows, int head, int size) =>
        [.. Enumerable.Range(0, rows.Count).Select(row => Array.ConvertAll(rows[row].Slice(head * size, size).ToArray(), x => (double)x))];
}
