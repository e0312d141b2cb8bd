using MathNet.Numerics.Distributions;
using Stemma.Comparing.Statistics;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing;

/// <summary>The bound against the truth: every permutation counted, for as many labels as can be counted.</summary>
public sealed class ExactBoundsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void The_bound_is_never_below_the_true_tail_of_a_permutation(int labels)
    {
        for (var matched = 1; matched <= labels; matched++)
        {
            var law = Law(labels, matched);
            for (var same = 0; same <= matched; same++)
                Assert.True(ExactBounds.LogTail(same, (double)matched / labels) >= Math.Log(law[same..].Sum()) - 1e-12, $"{same} of {matched} among {labels}");
        }
    }

    [Fact]
    public void The_bound_is_never_below_the_true_tail_over_blocks_of_different_size()
    {
        (int Labels, int Matched)[] blocks = [(4, 4), (6, 3), (3, 2), (2, 2)];
        var law = blocks.Select(b => Law(b.Labels, b.Matched)).Aggregate(Convolve);
        var expected = blocks.Sum(b => (double)b.Matched / b.Labels);
        for (var same = 0; same < law.Length; same++)
            if (law[same..].Sum() is var tail and > 0) Assert.True(ExactBounds.LogTail(same, expected) >= Math.Log(tail) - 1e-12, $"{same} of {law.Length - 1}");
    }

    [Fact]
    public void Counting_all_permutations_gives_the_rencontres_numbers()
    {
        double[] rencontres = [44, 45, 20, 10, 0, 1];
        Assert.Equal(rencontres, Law(5, 5).Select(p => Math.Round(p * 120)));
    }

    [Fact]
    public void The_bound_falls_as_matches_rise_and_rises_with_what_chance_gives()
    {
        for (var expected = 0.25; expected < 40; expected *= 2)
        {
            for (var same = 1; same < 400; same++)
            {
                var p = ExactBounds.LogTail(same, expected);
                Assert.InRange(p, double.MinValue, 0);
                Assert.True(ExactBounds.LogTail(same + 1, expected) <= p);
                Assert.True(ExactBounds.LogTail(same, expected * 1.1) >= p);
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 5)]
    [InlineData(5, 5)]
    [InlineData(1, 2)]
    public void What_chance_gives_is_no_evidence(long same, double expected) => Assert.Equal(0, ExactBounds.LogTail(same, expected));

    [Fact]
    public void Rounding_never_makes_p_larger_than_one()
    {
        for (var labels = 2; labels < 50; labels++)
        {
            var expected = Enumerable.Repeat(1.0 / labels, 3 * labels).Sum();
            Assert.InRange(ExactBounds.LogTail(3, expected), double.MinValue, 0);
            Assert.InRange(ExactBounds.LogTail(3, Math.BitDecrement(3.0)), double.MinValue, 0);
        }
    }

    [Fact]
    public void A_million_matches_do_not_underflow()
    {
        var p = ExactBounds.LogTail(1_000_000, 64);
        Assert.InRange(p, -1e7, -8e6);
        Assert.InRange(ExactBounds.Fisher([p, p, p]), (3 * p) - 1, (3 * p) + 60);
        Assert.True(double.IsFinite(ExactBounds.LogTail(long.MaxValue / 4, 0)));
    }

    [Fact]
    public void Fisher_is_the_tail_of_chi_square()
    {
        var dice = new Dice(4);
        for (var count = 1; count <= 6; count++)
        {
            for (var trial = 0; trial < 50; trial++)
            {
                var logs = Enumerable.Range(0, count).Select(_ => -Math.Abs((double)dice.Normal())).ToList();
                var expected = 1 - ChiSquared.CDF(2 * count, -2 * logs.Sum());
                Assert.Equal(expected, Math.Exp(ExactBounds.Fisher(logs)), 9);
            }
        }
    }

    [Fact]
    public void Fisher_leaves_a_single_p_alone_and_certainty_adds_nothing_for_the_claim()
    {
        Assert.Equal(-12.5, ExactBounds.Fisher([-12.5]), 9);
        Assert.Equal(0, ExactBounds.Fisher([]));
        Assert.Equal(0, ExactBounds.Fisher([0, 0, 0]));
        Assert.True(ExactBounds.Fisher([-30, 0, 0]) > -30, "two silent tests weaken the third");
        Assert.True(ExactBounds.Fisher([-30, -30]) < -30);
    }

    [Fact]
    public void Fisher_of_valid_p_values_is_valid() =>
        NullSimulation.Holds(dice => ExactBounds.Fisher([Math.Log(Uniform(dice)), Math.Log(Uniform(dice)), Math.Log(Uniform(dice))]) / ExactBounds.Ln10);

    [Fact]
    public void Bonferroni_pays_for_every_trial()
    {
        Assert.Equal(Math.Log(0.001 * 3), ExactBounds.Bonferroni([Math.Log(0.5), Math.Log(0.001), 0]), 12);
        Assert.Equal(0, ExactBounds.Bonferroni([Math.Log(0.9), Math.Log(0.8)]));
        Assert.Equal(0, ExactBounds.Bonferroni([]));
    }

    private static double Uniform(Dice dice) => (dice.Below(1 << 30) + 0.5) / (1 << 30);

    /// <summary>P(k of the first <paramref name="matched"/> places hold their own label), k = 0 .. matched, by counting every permutation.</summary>
    private static double[] Law(int labels, int matched)
    {
        var counts = new double[matched + 1];
        var places = Enumerable.Range(0, labels).ToArray();
        Count(0);
        var all = counts.Sum();
        return [.. counts.Select(c => c / all)];

        void Count(int from)
        {
            if (from == labels)
            {
                counts[Enumerable.Range(0, matched).Count(i => places[i] == i)]++;
                return;
            }

            for (var i = from; i < labels; i++)
            {
                (places[from], places[i]) = (places[i], places[from]);
                Count(from + 1);
                (places[from], places[i]) = (places[i], places[from]);
            }
        }
    }

    private static double[] Convolve(double[] a, double[] b)
    {
        var sum = new double[a.Length + b.Length - 1];
        for (var i = 0; i < a.Length; i++)
            for (var j = 0; j < b.Length; j++) sum[i + j] += a[i] * b[j];
        return sum;
    }
}
