using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Differences;

namespace Stemma.Judging.Operations;

/// <summary>How far apart the numbers of two models are that are stored differently.</summary>
internal enum StoredDifference
{
    /// <summary>Nothing was stored anew, or nothing that was can be compared.</summary>
    Unknown,

    /// <summary>The same numbers, up to the rounding of types of 16 bits and more.</summary>
    None,

    /// <summary>As far as rounding one side to the grid of the other takes them.</summary>
    OfTheGrid,

    /// <summary>Another distance.</summary>
    Other,
}

/// <summary>Measures that distance on the sketches of matrices and on vectors that were kept.</summary>
internal static class StoredDifferences
{
    /// <summary>Numbers that are the same may differ by twice the spread of what rounding adds: even the finest grid, Q8_0, leaves six times that of bf16.</summary>
    private const double MostVariance = 4;

    /// <summary>
    /// Weights have longer tails than the normal numbers on which the grids' rounding was measured, which makes it larger, and never much smaller. A model that was trained on
    /// from the numbers of a grid is as far from them as its training went; that this be the grid's own rounding in three quarters of all matrices would be an accident.
    /// </summary>
    private const double LeastOfGrid = 0.7, MostOfGrid = 2, MostMatrices = 0.75;

    public static StoredDifference Of(PairContext pair)
    {
        var (compared, moved, ofGrid, grids) = (0, 0, 0, 0);
        foreach (var (subject, reference) in StoredPairs.Of(pair))
        {
            if ((subject.Type == reference.Type && subject.Digest == reference.Digest) || Difference(pair, subject, reference) is not { } difference) continue;
            compared++;
            if (difference > Allowed(subject, reference)) moved++;
            if ((Grid(subject) is null) == (Grid(reference) is null)) continue;
            grids++;
            var ratio = Math.Sqrt(difference) / (Grid(subject) ?? Grid(reference))!.Value;
            if (ratio is >= LeastOfGrid and <= MostOfGrid) ofGrid++;
        }

        if (compared == 0) return StoredDifference.Unknown;
        if (moved == 0) return StoredDifference.None;
        return grids > 0 && ofGrid >= MostMatrices * grids ? StoredDifference.OfTheGrid : StoredDifference.Other;
    }

    /// <summary>|x - y|^2 / |x|^2; null where the two cannot be subtracted.</summary>
    private static double? Difference(PairContext pair, StoredPart subject, StoredPart reference)
    {
        if (subject.Part is { Linear: null, Values: { } numbers }) return reference.Part.Values is { } others && others.Length == numbers.Length ? Relative(numbers, others) : null;
        if (!subject.SubtractsFrom(reference) || subject.Part.Linear is not { } x || reference.Part.Linear is not { } y) return null;
        var (sizeX, sizeY) = (pair.SubjectStored.Size, pair.ReferenceStored.Size);
        var size = Math.Min(sizeX, sizeY);
        return Relative(SketchCosine.Sized(x, sizeX, size), SketchCosine.Sized(y, sizeY, size));
    }

    private static double Allowed(StoredPart subject, StoredPart reference)
    {
        // Sums of the same numbers in another order differ in their last places.
        var sums = RoundingSpectrum.Arithmetic(subject.Part, size: 1);
        return MostVariance * (sums + (subject.Type == reference.Type ? 0 : Rounding(subject) + Rounding(reference)));
    }

    /// <summary>A grid adds nothing to numbers that were taken from it.</summary>
    private static double Rounding(StoredPart part) => QuantisedStorage.GridOf(part.Type) is null ? part.Rounding ?? 0 : 0;

    private static double? Grid(StoredPart part) => part.Packed ? null : QuantisedStorage.RoundingOf(part.Type);

    private static double Relative(float[] x, float[] y)
    {
        var (difference, length) = (0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            difference += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            length += (double)x[i] * x[i];
        }

        return length > 0 ? difference / length : difference > 0 ? 1 : 0;
    }
}
