using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>Centred kernel alignment with the unbiased estimator (Song et al. 2012; Kornblith et al. 2019), as AWM computes it.</summary>
internal static class Ucka
{
    private const double Smallest = 1e-8;

    /// <summary>
    /// Centres a Gram matrix in place: zero diagonal; m = column sums / (n - 2), less sum(m) / (2 (n - 1)); K - m_i - m_j; zero diagonal.
    /// </summary>
    public static Matrix Centre(Matrix gram)
    {
        var n = gram.Rows;
        var means = new double[n];
        for (var i = 0; i < n; i++) gram[i, i] = 0;
        for (var i = 0; i < n; i++)
        {
            var row = gram.Row(i);
            for (var j = 0; j < n; j++) means[j] += row[j];
        }

        for (var i = 0; i < n; i++) means[i] /= Math.Max(1, n - 2);
        var shift = means.Sum() / (2 * Math.Max(1.0, n - 1));
        for (var i = 0; i < n; i++) means[i] -= shift;
        for (var i = 0; i < n; i++)
        {
            var row = gram.Row(i);
            for (var j = 0; j < n; j++) row[j] = i == j ? 0 : (float)(row[j] - means[i] - means[j]);
        }

        return gram;
    }

    /// <summary>Cosine of two centred Gram matrices of one size; 0 when either vanishes.</summary>
    public static double Similarity(Matrix k, Matrix l)
    {
        double kk = 0, ll = 0, kl = 0;
        for (var i = 0; i < k.Data.Length; i++)
        {
            kk += (double)k.Data[i] * k.Data[i];
            ll += (double)l.Data[i] * l.Data[i];
            kl += (double)k.Data[i] * l.Data[i];
        }

        return Math.Sqrt(kk) < Smallest || Math.Sqrt(ll) < Smallest ? 0 : kl / Math.Sqrt(kk * ll);
    }
}
