using MathNet.Numerics.LinearAlgebra;

namespace Stemma.Comparing.Mixtures;

/// <summary>Least squares with coefficients that sum to one, from the inner products of the differences to the subject.</summary>
internal static class AffineFit
{
    /// <summary>Relative ridge that keeps candidates which are copies of one another solvable.</summary>
    private const double Ridge = 1e-11;

    /// <summary>
    /// Minimises |y - sum b_i x_i|^2 = b'Gb over sum b_i = 1, with G_ij = (x_i - y)(x_j - y): b = G^-1 1 / (1' G^-1 1) (Markowitz 1952).
    /// </summary>
    /// <param name="gram">[candidates, candidates], symmetric.</param>
    /// <returns>One coefficient per candidate.</returns>
    public static double[] Solve(double[,] gram)
    {
        var n = gram.GetLength(0);
        var matrix = Matrix<double>.Build.DenseOfArray(gram);
        var ridge = Ridge * matrix.Trace() / n;
        if (!(ridge > 0)) return [.. Enumerable.Repeat(1.0 / n, n)];
        var solved = (matrix + (Matrix<double>.Build.DenseIdentity(n) * ridge)).Solve(Vector<double>.Build.Dense(n, 1));
        var sum = solved.Sum();
        return [.. solved.Select(v => v / sum)];
    }

    /// <summary>b'Gb: what is left of the subject when the mixture is taken away.</summary>
    public static double Residual(double[,] gram, IReadOnlyList<double> coefficients)
    {
        double sum = 0;
        for (var i = 0; i < coefficients.Count; i++)
            for (var j = 0; j < coefficients.Count; j++) sum += coefficients[i] * coefficients[j] * gram[i, j];
        return Math.Max(0, sum);
    }

    /// <summary>
    /// What would be left if the candidates had gone from the subject in directions that have nothing to do with one another, as children of one parent do:
    /// G diagonal, 1 / sum(1 / G_ii).
    /// </summary>
    public static double Star(double[,] gram)
    {
        double sum = 0;
        for (var i = 0; i < gram.GetLength(0); i++) sum += 1 / Math.Max(gram[i, i], double.Epsilon * 1e10);
        return 1 / sum;
    }

    /// <summary>Rows and columns of some candidates.</summary>
    public static double[,] Of(double[,] gram, IReadOnlyList<int> candidates)
    {
        var part = new double[candidates.Count, candidates.Count];
        for (var i = 0; i < candidates.Count; i++)
            for (var j = 0; j < candidates.Count; j++) part[i, j] = gram[candidates[i], candidates[j]];
        return part;
    }
}
