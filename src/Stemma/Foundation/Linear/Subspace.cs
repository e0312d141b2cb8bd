using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>
/// The leading right singular directions of a tall matrix by randomised subspace iteration (Halko, Martinsson, Tropp, SIAM Review 53, 2011, algorithm 4.4):
/// products of matrices only, so widths of thousands cost seconds.
/// </summary>
public static class Subspace
{
    private const int Oversampling = 8, Rounds = 4;

    /// <summary>sqrt-eigenvalue-scaled leading eigenvectors of WᵀW, as rows: F with FᵀF nearest to WᵀW among matrices of that rank.</summary>
    /// <param name="w">[n, d].</param>
    /// <param name="rank">At most this many rows come back.</param>
    /// <param name="seed">Of the random start.</param>
    /// <returns>[k, d], the strongest direction first; row i has the i-th singular value of W as its length.</returns>
    public static Matrix LeadingFactors(Matrix w, int rank, ulong seed)
    {
        var size = Math.Min(Math.Min(w.Rows, w.Columns), rank + Oversampling);
        var x = Start(size, w.Columns, seed);
        for (var round = 0; round < Rounds; round++)
        {
            Orthonormalise(x);
            x = Products.Multiply(Products.MultiplyTransposed(x, w), w);
        }

        Orthonormalise(x);
        // Rayleigh-Ritz: within the subspace the eigenvectors of X WᵀW Xᵀ.
        var image = Products.MultiplyTransposed(x, w);
        var (values, vectors) = Decomposition.Symmetric(Products.Square(image));
        var kept = Math.Min(rank, size);
        var factors = Products.Multiply(vectors.Transpose().Take([.. Enumerable.Range(0, kept)]), x);
        return factors.ScaleRows([.. values.Take(kept).Select(v => (float)Math.Sqrt(Math.Max(0, v)))]);
    }

    /// <summary>Makes the rows orthonormal, in order (modified Gram-Schmidt, twice for accuracy); rows that depend on earlier ones become zero.</summary>
    public static void Orthonormalise(Matrix x)
    {
        for (var i = 0; i < x.Rows; i++)
        {
            var row = x.Row(i);
            var before = Math.Sqrt(Products.Dot(row, row));
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++)
                {
                    var earlier = x.Row(j);
                    var share = (float)Products.Dot(row, earlier);
                    Subtract(row, share, earlier);
                }
            }

            var norm = Math.Sqrt(Products.Dot(row, row));
            var scale = norm > 1e-6 * before && norm > 0 ? (float)(1 / norm) : 0;
            foreach (ref var value in row) value *= scale;
        }
    }

    /// <summary>x -= share y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(Span<float> x, float share, ReadOnlySpan<float> y)
    {
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            (Vector512.Create<float>(x[i..]) - (Vector512.Create(share) * Vector512.Create(y[i..]))).CopyTo(x[i..]);
        for (; i < x.Length; i++) x[i] -= share * y[i];
    }

    /// <summary>Sums of uniform numbers: near enough to normal, and the same everywhere.</summary>
    private static Matrix Start(int rows, int columns, ulong seed)
    {
        var x = new Matrix(rows, columns);
        for (var i = 0; i < x.Data.Length; i++)
        {
            var bits = SeededHash.Mix(seed, (ulong)i);
            x.Data[i] = ((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48) - 131070f) / 65536f;
        }

        return x;
    }
}
