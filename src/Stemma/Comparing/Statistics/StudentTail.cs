using MathNet.Numerics;

namespace Stemma.Comparing.Statistics;

/// <summary>The upper tail of Student's t in logarithms, for tails far below the smallest number.</summary>
public static class StudentTail
{
    private const int MostTerms = 10_000;

    /// <summary>ln P(T > t) for the t of a correlation r: t = r sqrt(v / (1 - r²)).</summary>
    /// <param name="gap">1 - r, from 0 (excluded) to 2: given so, a correlation near 1 keeps its digits.</param>
    /// <param name="degrees">Degrees of freedom v.</param>
    public static double LogUpperOfCorrelation(double gap, double degrees)
    {
        // P(T > t) = I_x(v/2, 1/2) / 2 with x = v / (v + t²) = 1 - r² for t > 0 (Abramowitz and Stegun 26.7.1), its complement for t < 0.
        var logTwoTails = LogBeta(degrees / 2, 0.5, gap * (2 - gap), (1 - gap) * (1 - gap));
        return gap <= 1 ? logTwoTails - Constants.Ln2 : Math.Log(1 - (Math.Exp(logTwoTails) / 2));
    }

    /// <summary>ln I_x(a, b), the regularised incomplete beta function, by its continued fraction (Numerical Recipes, section 6.4).</summary>
    private static double LogBeta(double a, double b, double x, double complement)
    {
        if (x >= 1) return 0;
        var front = (a * Math.Log(x)) + (b * Math.Log(complement)) - SpecialFunctions.BetaLn(a, b);
        if (x < (a + 1) / (a + b + 2)) return front + Math.Log(Fraction(a, b, x) / a);
        return Math.Log(1 - Math.Min(1, Math.Exp(front) * Fraction(b, a, complement) / b));
    }

    /// <summary>Lentz's method.</summary>
    private static double Fraction(double a, double b, double x)
    {
        var (c, d) = (1.0, 1 / Guard(1 - ((a + b) * x / (a + 1))));
        var value = d;
        for (var m = 1; m <= MostTerms; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            (d, c) = (1 / Guard(1 + (even * d)), Guard(1 + (even / c)));
            value *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            (d, c) = (1 / Guard(1 + (odd * d)), Guard(1 + (odd / c)));
            value *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-14) break;
        }

        return value;
    }

    private static double Guard(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;
}
