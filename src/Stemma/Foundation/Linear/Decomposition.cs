using MathNet.Numerics.LinearAlgebra;

namespace Stemma.Foundation.Linear;

/// <summary>Decompositions of matrices of moderate size (a few hundred rows), by MathNet.Numerics in double.</summary>
public static class Decomposition
{
    /// <summary>Singular values, largest first.</summary>
    public static double[] SingularValues(Matrix m) => [.. ToDouble(m.Rows >= m.Columns ? m : m.Transpose()).Svd(computeVectors: false).S];

    /// <summary>M = U diag(S) Vᵀ, thin: U [rows, k], S [k] largest first, V [columns, k], k the smaller side.</summary>
    public static (Matrix U, double[] S, Matrix V) Svd(Matrix m)
    {
        var k = Math.Min(m.Rows, m.Columns);
        var svd = ToDouble(m).Svd();
        var (u, v) = (new Matrix(m.Rows, k), new Matrix(m.Columns, k));
        for (var j = 0; j < k; j++)
        {
            for (var i = 0; i < m.Rows; i++) u[i, j] = (float)svd.U[i, j];
            for (var i = 0; i < m.Columns; i++) v[i, j] = (float)svd.VT[j, i];
        }

        return (u, [.. svd.S], v);
    }

    /// <summary>Eigenvalues, largest first, and eigenvectors in the columns, of a symmetric matrix.</summary>
    public static (double[] Values, Matrix Vectors) Symmetric(Matrix m)
    {
        var evd = ToDouble(m).Evd(Symmetricity.Symmetric);
        var n = m.Rows;
        var vectors = new Matrix(n, n);
        var values = new double[n];
        for (var j = 0; j < n; j++)
        {
            values[j] = evd.EigenValues[n - 1 - j].Real;
            for (var i = 0; i < n; i++) vectors[i, j] = (float)evd.EigenVectors[i, n - 1 - j];
        }

        return (values, vectors);
    }

    private static Matrix<double> ToDouble(Matrix m) => Matrix<double>.Build.Dense(m.Rows, m.Columns, (i, j) => m[i, j]);
}
