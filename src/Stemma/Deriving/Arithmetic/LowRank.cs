using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Arithmetic;

/// <summary>
/// The best approximation of low rank by a randomised range finder with power iterations (Halko, Martinsson, Tropp, SIAM Review 53, 2011, algorithms 4.4 and 5.1):
/// products with the matrix and decompositions of small ones.
/// </summary>
internal static class LowRank
{
    private const int Oversampling = 10, PowerIterations = 3;

    /// <summary>D ≈ B A with the weight of each direction shared evenly between the two.</summary>
    /// <param name="d">[rows, columns].</param>
    /// <param name="rank">At most the smaller side; directions beyond the matrix's own rank are zero.</param>
    /// <param name="draws">Of the range finder.</param>
    /// <returns>B [rows, rank], A [rank, columns].</returns>
    public static (Matrix B, Matrix A) Factors(Matrix d, int rank, Draws draws)
    {
        var width = Math.Min(rank + Oversampling, Math.Min(d.Rows, d.Columns));
        var probe = new Matrix(width, d.Columns);
        draws.Normals(0, probe.Data, 1);
        var turned = d.Transpose();
        // Rows of these are the directions, orthonormal.
        var left = Orthonormal(Products.MultiplyTransposed(probe, d));
        for (var step = 0; step < PowerIterations; step++)
        {
            var right = Orthonormal(Products.MultiplyTransposed(left, turned));
            left = Orthonormal(Products.MultiplyTransposed(right, d));
        }

        // D ≈ leftᵀ (left D); the small factor is decomposed in the basis of its own rows.
        var small = Products.MultiplyTransposed(left, turned);
        var basis = Orthonormal(small);
        var (u, s, v) = Decomposition.Svd(Products.MultiplyTransposed(small, basis));
        var (b, a) = (new Matrix(rank, d.Rows), new Matrix(rank, d.Columns));
        for (var r = 0; r < Math.Min(rank, width); r++)
        {
            var root = Math.Sqrt(s[r]);
            for (var k = 0; k < width; k++)
            {
                AddScaled(b.Row(r), left.Row(k), u[k, r] * root);
                AddScaled(a.Row(r), basis.Row(k), v[k, r] * root);
            }
        }

        return (b.Transpose(), a);
    }

    /// <summary>The rows made orthonormal, twice over for the digits that the first time loses (Gram and Schmidt); rows that are nothing but others become zero.</summary>
    private static Matrix Orthonormal(Matrix of)
    {
        var rows = new Matrix(of.Rows, of.Columns);
        of.Data.CopyTo(rows.Data, 0);
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows.Row(i);
            var before = Math.Sqrt(Products.Dot(row, row));
            for (var pass = 0; pass < 2; pass++)
                for (var j = 0; j < i; j++) AddScaled(row, rows.Row(j), -Products.Dot(row, rows.Row(j)));
            var norm = Math.Sqrt(Products.Dot(row, row));
            var factor = norm > 1e-6 * before && norm > 0 ? 1 / norm : 0;
            foreach (ref var value in row) value = (float)(value * factor);
        }

        return rows;
    }

    private static void AddScaled(Span<float> to, ReadOnlySpan<float> from, double factor)
    {
        for (var i = 0; i < to.Length; i++) to[i] = (float)(to[i] + (factor * from[i]));
    }
}
