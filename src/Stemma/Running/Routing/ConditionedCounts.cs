namespace Stemma.Running.Routing;

/// <summary>
/// Exact distribution of max - min over D counts that are independent and alike but for their known sum. Multivariate hypergeometric counts are such (binomial
/// before the sum is known), and multinomial ones (Poisson before). P(all in [a, b]) is a coefficient of the D-th power of the counts' generating function cut to [a, b].
/// </summary>
internal static class ConditionedCounts
{
    /// <summary>Multiplications that are spent at most, a second or less; beyond, the answer is drawn instead.</summary>
    private const double MostWork = 4e8;

    /// <summary>What may be left out at the far end of a distribution.</summary>
    private const double Negligible = 1e-12;

    /// <param name="log">Natural logarithm of the probability of a count of 0, 1, ... before the sum is known; negative infinity where it cannot be.</param>
    /// <param name="devices">D.</param>
    /// <param name="total">The sum of the counts.</param>
    /// <returns>Element r: P(max - min = r); it ends where nothing is left. Null when the sum is too large to be done exactly.</returns>
    public static double[]? RangeDistribution(Func<int, double> log, int devices, int total)
    {
        if (devices == 1) return [1];
        // Counts lie within a few standard deviations, at most the root of their mean, of one another.
        var widest = (int)Math.Min(total, Math.Ceiling(12 * Math.Sqrt((double)total / devices)) + 8);
        if (Math.Pow(widest, 4) / 2 * devices * devices > MostWork || (double)total * total > MostWork / 16) return null;
        var weights = new double[total + 1];
        for (var count = 0; count <= total; count++) weights[count] = Math.Exp(log(count));
        var (least, all) = (total / devices, At(weights, 0, total, devices, total));
        var distribution = new List<double>();
        double below = 0;
        for (var range = 0; range <= widest && below < 1 - Negligible; range++)
        {
            // By the least count: all in [a, a + range], but not all above a.
            double within = 0;
            for (var from = Math.Max(0, least - range); from <= least; from++)
            {
                within += At(weights, from, from + range, devices, total);
                if (range > 0) within -= At(weights, from + 1, from + range, devices, total);
            }

            within = Math.Clamp(within / all, below, 1);
            distribution.Add(within - below);
            below = within;
        }

        return [.. distribution];
    }

    /// <summary>Coefficient of s^total in (sum over counts in [from, to] of weight s^count)^devices.</summary>
    private static double At(double[] weights, int from, int to, int devices, int total)
    {
        to = Math.Min(to, weights.Length - 1);
        var degree = total - ((long)devices * from);
        if (degree < 0 || degree > (long)devices * (to - from)) return 0;
        double[] power = [1], square = weights[from..(to + 1)];
        for (var left = devices; left > 0; left >>= 1)
        {
            if ((left & 1) == 1) power = Product(power, square, (int)degree);
            if (left > 1) square = Product(square, square, (int)degree);
        }

        return degree < power.Length ? power[degree] : 0;
    }

    private static double[] Product(double[] a, double[] b, int degree)
    {
        var product = new double[Math.Min(degree + 1, a.Length + b.Length - 1)];
        for (var i = 0; i < Math.Min(a.Length, product.Length); i++)
        {
            for (var j = 0; j < Math.Min(b.Length, product.Length - i); j++) product[i + j] += a[i] * b[j];
        }

        return product;
    }
}
