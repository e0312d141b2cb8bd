using MathNet.Numerics.LinearAlgebra;
using Stemma.Comparing.Alignment;
using Stemma.Sketching;

namespace Stemma.Comparing.Differences;

/// <summary>
/// Singular values of the difference of two matrices, seen through their two-sided sketches and measured in units of what rounding to the storage type adds.
/// S_L (B - A) S_R has the rank of B - A, up to the size of the sketch; rounding errors are independent, so they add to it a matrix of independent numbers
/// whose variances follow from the rounding of each type and the energy of each row and column of the sketches.
/// </summary>
internal static class RoundingSpectrum
{
    /// <summary>
    /// Descending, size - 1 of them; null when the parts cannot be subtracted or have a type without a known rounding. The direction in which a sketch's mean was
    /// removed is projected out first: the difference of two means would else add one to the rank.
    /// </summary>
    public static double[]? Of(StoredPart a, int sizeA, StoredPart b, int sizeB)
    {
        if (!a.SubtractsFrom(b) || a.Part.Linear is null || b.Part.Linear is null || a.Rounding is not { } ofA || b.Rounding is not { } ofB) return null;
        var size = Math.Min(sizeA, sizeB);
        var (x, y) = (SketchCosine.Sized(a.Part.Linear, sizeA, size), SketchCosine.Sized(b.Part.Linear, sizeB, size));
        var arithmetic = Arithmetic(a.Part, size);
        var (rows, columns) = (new double[size], new double[size]);
        double total = 0;
        for (var i = 0; i < x.Length; i++)
        {
            // Either side may have been rounded from a copy of higher precision, so both count.
            var noise = ((ofA + arithmetic) * x[i] * x[i]) + ((ofB + arithmetic) * y[i] * y[i]);
            rows[i / size] += noise;
            columns[i % size] += noise;
            total += noise;
        }

        if (!(total > 0)) return null;
        Shrink(rows);
        Shrink(columns);
        var difference = Matrix<double>.Build.Dense(size, size, (r, c) => (y[(r * size) + c] - (double)x[(r * size) + c]) / Math.Sqrt(rows[r] * columns[c] / total));
        var means = Vector<double>.Build.DenseOfArray(MeanDirection(a.Part.Units, size));
        for (var r = 0; r < size; r++) means[r] /= Math.Sqrt(rows[r]);
        var length = means.L2Norm();
        if (length > 0) difference -= means.Divide(length).OuterProduct(difference.LeftMultiply(means.Divide(length)));
        return [.. difference.Svd(computeVectors: false).S.Take(size - 1)];
    }

    /// <summary>
    /// Relative variance that single-precision sums leave in a sketch: one rounding of 2^-24 for each number added, on partial sums that hold half of the final
    /// variance on average; a rounding error has a third of the square of its largest value.
    /// </summary>
    internal static double Arithmetic(PartSketch part, int size)
    {
        var added = ((double)part.Units / size) + ((double)part.Inner / Recipe.Projection) + 1;
        return Math.Pow(2, -48) * added / 6;
    }

    /// <summary>
    /// Energies of rows or columns as measured scatter by sqrt(2 / size) even when all are alike. They are drawn to their mean by the share of the scatter that
    /// this explains (James and Stein 1961), else dividing by them would make noise of its own.
    /// </summary>
    private static void Shrink(double[] energies)
    {
        var mean = energies.Average();
        var scatter = energies.Average(e => (e - mean) * (e - mean)) / (mean * mean);
        var kept = scatter > 0 ? Math.Max(0, 1 - (2.0 / energies.Length / scatter)) : 0;
        for (var i = 0; i < energies.Length; i++) energies[i] = mean + (kept * (energies[i] - mean));
    }

    /// <summary>The sketch of a column of ones: what the mean of a matrix leaves in each row of its sketch, up to a factor per column.</summary>
    private static double[] MeanDirection(long units, int size)
    {
        var direction = new double[size];
        for (long unit = 0; unit < units; unit++) direction[unit % size] += Recipe.OuterSign(unit);
        return direction;
    }
}
