namespace Stemma.Foundation.Linear;

/// <summary>
/// The orthogonal polar factor: of all matrices with orthonormal rows or columns the one nearest to M, which maximises tr(QᵀM) (Schönemann 1966, the
/// orthogonal Procrustes problem). Newton-Schulz iteration (Higham, Functions of Matrices, 2008, section 8.3): products of matrices only, so it runs at
/// their speed at any width, and a rectangular M gives a partial isometry.
/// </summary>
public static class Polar
{
    private const int MostSteps = 60;

    /// <summary>Lifting steps multiply a small singular value by 3.44 each: ten reach from 10^-5 to one.</summary>
    private const int LiftingSteps = 10;

    /// <summary>U Vᵀ of M = U S Vᵀ; directions whose singular value is below a millionth of the largest are left partly scaled.</summary>
    public static Matrix Factor(Matrix m)
    {
        if (m.Rows < m.Columns) return Factor(m.Transpose()).Transpose();
        var norm = SpectralBound(m);
        var x = new Matrix(m.Rows, m.Columns);
        if (norm == 0) return x;
        for (var i = 0; i < m.Data.Length; i++) x.Data[i] = (float)(m.Data[i] / norm);
        // Steps share their matrices: of wide ones dozens would otherwise wait to be collected.
        var (next, turned) = (new Matrix(m.Rows, m.Columns), new Matrix(m.Columns, m.Rows));
        var (gram, factor) = (new Matrix(m.Columns, m.Columns), new Matrix(m.Columns, m.Columns));
        for (var step = 0; step < MostSteps; step++)
        {
            x.TransposeInto(turned);
            Products.Square(turned, gram);
            var residue = Residue(gram);
            if (residue < 1e-9 * gram.Rows) break;
            if (step < LiftingSteps && residue > 0.05 * gram.Rows) Lifting(gram, factor);
            else Cubic(gram, factor);
            Products.MultiplyTransposed(x, factor, next);
            (x, next) = (next, x);
        }

        return x;
    }

    /// <summary>3/2 I - 1/2 G.</summary>
    private static void Cubic(Matrix gram, Matrix factor)
    {
        factor.Combine(0, gram, -0.5f);
        for (var i = 0; i < gram.Rows; i++) factor[i, i] += 1.5f;
    }

    /// <summary>
    /// 3.4445 I - 4.7750 G + 2.0315 G²: of the quintics the one that lifts small singular values fastest while larger ones stay between 0.7 and 1.2 (Jordan et al., Muon,
    /// 2024). It never settles on 1; the cubic steps do.
    /// </summary>
    private static void Lifting(Matrix gram, Matrix factor)
    {
        Products.Square(gram, factor);
        factor.Combine(2.0315f, gram, -4.775f);
        for (var i = 0; i < gram.Rows; i++) factor[i, i] += 3.4445f;
    }

    /// <summary>Sum of squares of G - I.</summary>
    private static double Residue(Matrix gram)
    {
        var sum = 0.0;
        for (var i = 0; i < gram.Rows; i++)
        {
            var before = gram.Row(i)[..i];
            var after = gram.Row(i)[(i + 1)..];
            sum += Products.Dot(before, before) + Products.Dot(after, after) + Math.Pow(gram[i, i] - 1.0, 2);
        }

        return sum;
    }

    /// <summary>At least the largest singular value: root of the largest row sum of |MᵀM|.</summary>
    private static double SpectralBound(Matrix m)
    {
        var gram = Products.Square(m.Transpose());
        var most = 0.0;
        for (var i = 0; i < gram.Rows; i++)
        {
            var sum = 0.0;
            foreach (var value in gram.Row(i)) sum += Math.Abs(value);
            most = Math.Max(most, sum);
        }

        return Math.Sqrt(most);
    }
}
