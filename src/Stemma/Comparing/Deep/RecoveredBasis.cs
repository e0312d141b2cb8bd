using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>Tells what was done to the residual stream from the basis that was found.</summary>
internal static class RecoveredBasis
{
    /// <summary>A unit vector that falls on one axis with this much of its square is that axis.</summary>
    private const double OneAxis = 0.8;

    /// <summary>Share of the dimensions that must be axes for the whole to be a permutation.</summary>
    private const double NearlyAll = 0.9;

    /// <param name="basis">[subject width, reference width] in the full residual streams.</param>
    /// <param name="rank">Directions in which it is known: fewer than the widths where wide streams were reduced.</param>
    /// <returns>What it is, and how many dimensions are one dimension of the other's.</returns>
    public static (BasisKind Kind, int Axes) KindOf(Matrix basis, int rank)
    {
        var narrower = Math.Min(basis.Rows, basis.Columns);
        if (rank < narrower) return KindOfReduced(basis, rank);
        var axes = Enumerable.Range(0, basis.Rows).Count(i => basis[i, Largest(basis.Row(i))] is var value && value * value > OneAxis);
        if (axes < NearlyAll * narrower) return (BasisKind.Rotation, axes);
        var kept = Enumerable.Range(0, narrower).Count(i => basis[i, i] > 0 && basis[i, i] * basis[i, i] > OneAxis);
        return (basis.Rows == basis.Columns && kept >= NearlyAll * narrower ? BasisKind.Stored : BasisKind.SignedPermutation, axes);
    }

    /// <summary>
    /// Known on a subspace only, a permutation P shows as the projection P Π: its largest numbers, row by row, add up to tr Π, the rank, which no other orthogonal matrix
    /// reaches. A rotation's add up to about a tenth of that at widths of thousands.
    /// </summary>
    private static (BasisKind Kind, int Axes) KindOfReduced(Matrix basis, int rank)
    {
        int[] largest = [.. Enumerable.Range(0, basis.Rows).Select(i => Largest(basis.Row(i)))];
        if (largest.Select((j, i) => (double)Math.Abs(basis[i, j])).Sum() < OneAxis * rank) return (BasisKind.Rotation, 0);
        var kept = largest.Where((j, i) => i == j && basis[i, j] > 0).Count();
        var axes = largest.Distinct().Count();
        return (basis.Rows == basis.Columns && kept >= NearlyAll * basis.Rows ? BasisKind.Stored : BasisKind.SignedPermutation, axes);
    }

    /// <summary>Where the number of the largest magnitude stands.</summary>
    public static int Largest(ReadOnlySpan<float> row)
    {
        var at = 0;
        for (var j = 1; j < row.Length; j++)
            if (Math.Abs(row[j]) > Math.Abs(row[at])) at = j;
        return at;
    }
}
