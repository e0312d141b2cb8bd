using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// A first residual basis from the weights alone, without tokens, unit order or layer labels. Each role's matrices, summed over layers as WᵀW, have leading eigenvectors
/// that turn with the residual stream; what cannot be seen is each one's sign. The inner products between eigenvectors of different roles do not turn at all, so with
/// K and K' the two models' tables of inner products, K ∘ K' is near s sᵀ ∘ K ∘ K for the signs s that make the frames agree: its leading eigenvector
/// holds them (angular synchronisation: Singer, Appl. Comput. Harmon. Anal. 30, 2011). The polar factor of Σ s v' vᵀ is the basis.
/// </summary>
internal static class FrameStart
{
    private const int PowerRounds = 200;

    /// <summary>The basis and its opposite, both worth trying: no inner product tells a frame from its mirror image.</summary>
    /// <param name="subject">Factors by role, [k, width] each, strongest direction first.</param>
    /// <param name="reference">The same roles in the same order.</param>
    /// <param name="directions">Leading directions taken of each role.</param>
    public static IReadOnlyList<Matrix> Find(IReadOnlyList<Matrix> subject, IReadOnlyList<Matrix> reference, int directions)
    {
        var takes = subject.Zip(reference, (s, r) => Math.Min(directions, Math.Min(s.Rows, r.Rows))).ToList();
        var (framesB, framesA) = (Frames(subject, takes), Frames(reference, takes));
        var (tableB, tableA) = (Products.MultiplyTransposed(framesB, framesB), Products.MultiplyTransposed(framesA, framesA));
        var product = new Matrix(framesA.Rows, framesA.Rows);
        for (var i = 0; i < product.Rows; i++)
            for (var j = 0; j < product.Rows; j++) product[i, j] = tableA[i, j] * tableB[i, j];
        var signs = LeadingEigenvector(product);
        var basis = Polar.Factor(Products.TransposedMultiply(framesB.ScaleRows(signs), framesA));
        var mirrored = new Matrix(basis.Rows, basis.Columns);
        for (var i = 0; i < basis.Data.Length; i++) mirrored.Data[i] = -basis.Data[i];
        return [basis, mirrored];
    }

    private static Matrix Frames(IReadOnlyList<Matrix> factors, List<int> takes)
    {
        var frames = Matrix.OfRows([.. factors.SelectMany((f, role) => Enumerable.Range(0, takes[role]).Select(i => f.Row(i).ToArray()))]);
        frames.NormaliseRows();
        return frames;
    }

    /// <summary>By power iteration, scaled to a mean square of 1. A Schur product of two tables of inner products has no negative eigenvalue, so the largest wins.</summary>
    private static float[] LeadingEigenvector(Matrix p)
    {
        var n = p.Rows;
        var x = new float[n];
        for (var i = 0; i < n; i++) x[i] = SeededHash.Sign(1, (ulong)i) * (1 + (i % 7 * 0.1f));
        for (var round = 0; round < PowerRounds; round++)
        {
            var y = new float[n];
            for (var i = 0; i < n; i++) y[i] = (float)Products.Dot(p.Row(i), x);
            var norm = (float)Math.Sqrt(Products.Dot(y, y) / n);
            if (norm == 0) return x;
            for (var i = 0; i < n; i++) x[i] = y[i] / norm;
        }

        return x;
    }
}
