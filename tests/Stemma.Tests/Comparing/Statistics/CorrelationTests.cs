using Stemma.Comparing.Statistics;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Statistics;

/// <summary>Ranks are what counting says, whatever the signs, the order and the ties.</summary>
public sealed class CorrelationTests
{
    [Fact]
    public void A_rank_is_the_number_of_smaller_values_and_half_of_the_other_equal_ones()
    {
        var dice = new Dice(9);
        float[] values = [.. dice.Normals(200), 0f, -0f, 0f, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1e-30f, 1f, 1f];
        var ranks = Correlation.Ranks(values);
        for (var i = 0; i < values.Length; i++)
            Assert.Equal(values.Count(v => v < values[i]) + ((values.Count(v => v.Equals(values[i])) - 1) / 2.0), ranks[i]);
    }

    [Fact]
    public void Standard_ranks_of_one_order_have_inner_product_one_and_of_the_opposite_order_minus_one()
    {
        float[] rising = [-3, -1, 0.5f, 2, 7], alike = [1, 2, 3, 4, 1000], falling = [5, 4, 3, 2, 1];
        Assert.Equal(1, Product(rising, alike), 5);
        Assert.Equal(-1, Product(rising, falling), 5);
        Assert.Null(Correlation.StandardRanks([2, 2, 2]));

        static double Product(float[] x, float[] y) => Correlation.StandardRanks(x)!.Zip(Correlation.StandardRanks(y)!, (a, b) => (double)a * b).Sum();
    }
}
