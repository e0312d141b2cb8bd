using Stemma.Comparing.Published;
using Stemma.Foundation.Linear;

namespace Stemma.Running.Probing;

/// <summary>
/// Likeness of two sets of vectors for the same texts, by linear centred kernel alignment (Kornblith et al. 2019). 1: the same up to rotation and scale. It needs no
/// common basis and no common width.
/// </summary>
internal sealed class LinearCka
{
    private readonly Matrix _biased, _unbiased;

    /// <param name="states">[texts, width], four texts or more.</param>
    public LinearCka(Matrix states)
    {
        var gram = Gram(states);
        _unbiased = Ucka.Centre(Copy(gram));
        _biased = Centre(gram);
    }

    /// <summary>With the biased estimator of HSIC, tr(KHLH), as REEF publishes it (ICLR 2025). With fewer texts than dimensions unrelated vectors are far above 0 too.</summary>
    public static double Biased(LinearCka a, LinearCka b) => Ucka.Similarity(a._biased, b._biased);

    /// <summary>With the unbiased estimator of HSIC (Song et al. 2012): 0 on average for unrelated vectors, and may be negative.</summary>
    public static double Unbiased(LinearCka a, LinearCka b) => Ucka.Similarity(a._unbiased, b._unbiased);

    /// <summary>K = X X^T, [texts, texts]; scaled to a mean diagonal of one, which no alignment sees and single precision needs.</summary>
    private static Matrix Gram(Matrix states)
    {
        // Rows are centred first: the bias does not change either centring, but takes the digits of what differs.
        var mean = new double[states.Columns];
        for (var i = 0; i < states.Rows; i++)
        {
            var row = states.Row(i);
            for (var j = 0; j < row.Length; j++) mean[j] += row[j] / (double)states.Rows;
        }

        var products = new double[states.Rows, states.Rows];
        double trace = 0;
        for (var i = 0; i < states.Rows; i++)
        {
            for (var k = 0; k <= i; k++)
            {
                var a = states.Row(i);
                var b = states.Row(k);
                double sum = 0;
                for (var j = 0; j < a.Length; j++) sum += (a[j] - mean[j]) * (b[j] - mean[j]);
                products[i, k] = products[k, i] = sum;
                if (i == k) trace += sum;
            }
        }

        var gram = new Matrix(states.Rows, states.Rows);
        var scale = trace > 0 ? states.Rows / trace : 0;
        for (var i = 0; i < states.Rows; i++)
        {
            for (var k = 0; k < states.Rows; k++) gram[i, k] = (float)(products[i, k] * scale);
        }

        return gram;
    }

    /// <summary>H K H, H = I - 1/n.</summary>
    private static Matrix Centre(Matrix gram)
    {
        var n = gram.Rows;
        var means = new double[n];
        for (var i = 0; i < n; i++)
        {
            foreach (var value in gram.Row(i)) means[i] += value / (double)n;
        }

        var all = means.Average();
        for (var i = 0; i < n; i++)
        {
            var row = gram.Row(i);
            for (var j = 0; j < n; j++) row[j] = (float)(row[j] - means[i] - means[j] + all);
        }

        return gram;
    }

    private static Matrix Copy(Matrix matrix)
    {
        var copy = new Matrix(matrix.Rows, matrix.Columns);
        matrix.Data.CopyTo(copy.Data.AsSpan());
        return copy;
    }
}
