using MathNet.Numerics;

namespace Stemma.Comparing.Statistics;

/// <summary>
/// Finite-sample bounds for index tests. Let f be an injective partial matching of A's units to B's, computed without looking at labels. If A's labels are
/// uniformly random given everything else, the number F of units matched to their own label has E[C(F, k)] = C(m, k) (h - k)! / h!, at most (m/h)^k / k!, for m
/// matched units and h labels; hence E[(1 + t)^F] is at most e^(t m/h), and sums over independent blocks obey the Chernoff bound of a Poisson variable.
/// All logarithms here are natural unless named.
/// </summary>
public static class ExactBounds
{
    /// <summary>ln 10.</summary>
    public const double Ln10 = 2.302585092994045684;

    /// <summary>
    /// Bound on ln P(K at least <paramref name="matched"/>) for the total over independent blocks; never above 0.
    /// With m matched of h labels E[C(F, k)] is at most (m/h)^k / k!, so each block weighs as a Poisson variable of mean m/h.
    /// </summary>
    /// <param name="matched">Units matched to their own label, all blocks together.</param>
    /// <param name="expected">Sum over blocks of m/h: what chance gives.</param>
    public static double LogTail(long matched, double expected) =>
        matched <= expected || matched <= 0 ? 0 : Math.Min(0, -((matched * Math.Log(matched / Math.Max(expected, 1e-9))) - matched + expected));

    /// <summary>ln C(n, k).</summary>
    public static double LogBinomial(int n, int k) => SpecialFunctions.BinomialLn(n, k);

    /// <summary>
    /// Fisher's method: p of the product of independent p-values (Fisher 1932), from their natural logarithms. The tail of chi-square with 2n degrees
    /// of freedom is a finite sum, so no underflow occurs.
    /// </summary>
    public static double Fisher(IReadOnlyCollection<double> logPs)
    {
        if (logPs.Count == 0) return 0;
        var half = -logPs.Sum();
        if (half <= 0) return 0;
        double term = 0, largest = 0;
        var terms = new double[logPs.Count];
        for (var i = 1; i < logPs.Count; i++)
        {
            term += Math.Log(half) - Math.Log(i);
            terms[i] = term;
            largest = Math.Max(largest, term);
        }

        return Math.Min(0, -half + largest + Math.Log(terms.Sum(t => Math.Exp(t - largest))));
    }

    /// <summary>Bonferroni over the given natural logarithms of p: the smallest times how many were tried.</summary>
    public static double Bonferroni(IReadOnlyCollection<double> logPs) => logPs.Count == 0 ? 0 : Math.Min(0, logPs.Min() + Math.Log(logPs.Count));
}
