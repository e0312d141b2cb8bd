using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Tests.Sketching;

/// <summary>What is said of a single tensor.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F64)]
    public void Moments_are_those_of_the_numbers(TensorType type)
    {
        var values = QwenModel.Normal(1, 300 * 77);
        for (var i = 0; i < values.Length; i += 10) values[i] = 0;
        var moments = Only(type, [300, 77], values).Moments;

        double mean = values.Average(v => (double)v), variance = values.Average(v => Math.Pow(v - mean, 2)), sigma = Math.Sqrt(variance);
        Assert.Equal(values.Length, moments.Count);
        Assert.Equal(mean, moments.Mean, 1e-6);
        Assert.Equal(sigma, moments.StandardDeviation, 1e-6);
        Assert.Equal(values.Average(v => Math.Pow((v - mean) / sigma, 3)), moments.Skewness, 1e-6);
        Assert.Equal(values.Average(v => Math.Pow((v - mean) / sigma, 4)) - 3, moments.Kurtosis, 1e-6);
        Assert.Equal(values.Count(v => v == 0) / (double)values.Length, moments.ZeroShare, 1e-12);
        Assert.Equal(values.Max(v => Math.Abs((double)v)), moments.Largest);
        Assert.InRange(moments.DistinctShare, 0.8, 0.95);
    }

    [Fact]
    public void A_four_bit_grid_has_few_distinct_neighbours()
    {
        var values = Array.ConvertAll(QwenModel.Normal(1, 100 * 128), v => MathF.Round(v * 3) / 8);
        Assert.InRange(Only(TensorType.F32, [100, 128], values).Moments.DistinctShare, 0.02, 0.3);
    }

    [Fact]
    public void The_shape_of_gains_close_to_one_is_not_lost_in_rounding()
    {
        var values = Array.ConvertAll(QwenModel.Normal(1, 4000), v => 1 + (1e-3f * v));
        var moments = Only(TensorType.F32, [4000], values, TensorRole.FinalNorm).Moments;
        double mean = values.Average(v => (double)v), sigma = Math.Sqrt(values.Average(v => Math.Pow(v - mean, 2)));
        Assert.Equal(values.Average(v => Math.Pow((v - mean) / sigma, 4)) - 3, moments.Kurtosis, 0.02);
    }

    [Theory]
    [InlineData(TensorRole.Q, false)]
    [InlineData(TensorRole.Down, false)]
    [InlineData(TensorRole.Down, true)]
    public void Numbers_that_are_none_are_counted_and_taken_as_zero(TensorRole role, bool transposed)
    {
        var clean = QwenModel.Normal(1, 100 * 70);
        var broken = clean.ToArray();
        foreach (var (at, odd) in new[] { (0, float.NaN), (69, float.PositiveInfinity), (3501, float.NegativeInfinity), (6999, 3e38f) })
        {
            clean[at] = 0;
            broken[at] = odd;
        }

        var expected = Only(TensorType.F32, [100, 70], clean, role, transposed);
        var found = Only(TensorType.F32, [100, 70], broken, role, transposed);
        Assert.Equal(4, found.Moments.NonFinite);
        Assert.Equal(expected.Moments with { NonFinite = 4 }, found.Moments);
        Assert.Equal(expected.Linear, found.Linear);
        Assert.All(found.Linear!, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Large_but_sound_numbers_are_not_taken_for_broken_ones()
    {
        var values = Enumerable.Repeat(0.9e12f, 64 * 64).ToArray();
        values[5] = 1;
        var part = Only(TensorType.F32, [64, 64], values);
        Assert.Equal(0, part.Moments.NonFinite);
        Assert.Equal(0.9e12f, part.Moments.Largest, 1e6);
    }

    [Fact]
    public void Masks_zeros_and_ones_are_common_material()
    {
        Assert.True(Only(TensorType.F32, [64, 64], new float[64 * 64]).CommonMaterial);
        Assert.True(Only(TensorType.F32, [64, 64], [.. Enumerable.Repeat(1f, 64 * 64)]).CommonMaterial);
        Assert.True(Only(TensorType.F32, [64, 64], [.. Enumerable.Range(0, 64 * 64).Select(i => i % 64 <= i / 64 ? 1f : 0f)]).CommonMaterial);
        Assert.True(Only(TensorType.F32, [64, 64], [.. Enumerable.Range(0, 64 * 64).Select(i => i % 64 <= i / 64 ? 0f : float.NegativeInfinity)]).CommonMaterial);
        Assert.False(Only(TensorType.F32, [64, 64], [.. Enumerable.Range(0, 64 * 64).Select(i => i % 3 == 0 ? 1f : -1f)]).CommonMaterial);
        Assert.False(Only(TensorType.F32, [64, 64], QwenModel.Normal(1, 64 * 64)).CommonMaterial);
    }

    [Fact]
    public void The_last_row_alone_can_make_a_mask_a_matrix()
    {
        var values = new float[64 * 64];
        (values[^1], values[^2]) = (0.5f, 0.25f);
        Assert.False(Only(TensorType.F32, [64, 64], values).CommonMaterial);
    }

    [Fact]
    public void Rotary_frequencies_and_sinusoids_are_known_formulas()
    {
        var rotary = Enumerable.Range(0, 64).Select(i => (float)Math.Pow(10_000, -2.0 * i / 128)).ToArray();
        Assert.True(KnownFormula.IsRotaryFrequency(rotary));
        Assert.False(KnownFormula.IsRotaryFrequency([.. rotary.Reverse()]));
        Assert.False(KnownFormula.IsRotaryFrequency(QwenModel.Normal(1, 64)));
        foreach (var position in new[] { 0, 1, 7, 500 })
        {
            var angles = Enumerable.Range(0, 32).Select(i => position / Math.Pow(10_000, 2.0 * i / 64)).ToArray();
            float[] halves = [.. angles.Select(a => (float)Math.Sin(a)), .. angles.Select(a => (float)Math.Cos(a))];
            float[] interleaved = [.. angles.SelectMany(a => new[] { (float)Math.Sin(a), (float)Math.Cos(a) })];
            Assert.True(KnownFormula.IsSinusoid(halves, position));
            Assert.True(KnownFormula.IsSinusoid(interleaved, position));
            Assert.False(KnownFormula.IsSinusoid(halves, position + 3));
        }
    }

    [Fact]
    public void Tables_that_anybody_computes_alike_are_common_material_until_one_row_is_trained()
    {
        const int Rows = 300, Columns = 64;
        var sinusoids = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
            for (var i = 0; i < Columns / 2; i++)
                (sinusoids[(row * Columns) + (2 * i)], sinusoids[(row * Columns) + (2 * i) + 1]) = ((float, float))Math.SinCos(row / Math.Pow(10_000, 2.0 * i / Columns));
        var logarithms = new float[Rows * 16];
        for (var i = 0; i < logarithms.Length; i++) logarithms[i] = (float)Math.Log((i % 16) + 1);
        foreach (var (values, columns) in new[] { (sinusoids, Columns), (logarithms, 16), (Array.ConvertAll(logarithms, value => -MathF.Exp(value)), 16) })
        {
            Assert.True(Only(TensorType.F32, [Rows, columns], values).CommonMaterial);
            values[^1] += 0.3f;
            Assert.False(Only(TensorType.F32, [Rows, columns], values).CommonMaterial);
        }
    }

    [Fact]
    public void A_constant_added_to_every_weight_leaves_the_two_sided_sketch_alone()
    {
        var values = QwenModel.Normal(1, 200 * 96);
        var raised = Array.ConvertAll(values, v => v + 4);
        var (a, b) = (Only(TensorType.F32, [200, 96], values).Linear!, Only(TensorType.F32, [200, 96], raised).Linear!);
        var scale = Math.Sqrt(a.Sum(v => (double)v * v) / a.Length);
        for (var i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 0.01 * scale);
    }

    private static PartSketch Only(TensorType type, long[] shape, float[] values, TensorRole role = TensorRole.Q, bool transposed = false)
    {
        var checkpoint = MemoryCheckpoint.Of(("t", type, shape, QwenModel.Encode(type, values)));
        return Assert.Single(Assert.Single(SketchBytes.Sketch(checkpoint, SketchBytes.Anatomy(checkpoint, t => SketchBytes.Whole(t, role, transposed: transposed))).Tensors).Parts);
    }
}
