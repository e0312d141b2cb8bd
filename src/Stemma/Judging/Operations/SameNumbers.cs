using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Differences;

namespace Stemma.Judging.Operations;

/// <summary>Whether two models hold the same numbers in different storage: the difference of their matrices is no more than storing them again explains.</summary>
internal static class SameNumbers
{
    /// <summary>The difference may have twice the spread of what rounding adds: the coarsest grid of eight bits (Q8_0) leaves six times that of bf16.</summary>
    private const double MostVariance = 4;

    /// <summary>
    /// True when something was stored anew and everything that can be compared holds the same numbers up to the rounding of its two types; false when numbers moved
    /// further; null when nothing was stored anew or it cannot be compared. A grid adds nothing to numbers that were taken from it, so only types of 16 bits and more
    /// are allowed an error.
    /// </summary>
    public static bool? On(PairContext pair)
    {
        bool? same = null;
        foreach (var (subject, reference) in StoredPairs.Of(pair))
        {
            if ((subject.Type == reference.Type && subject.Digest == reference.Digest) || Difference(pair, subject, reference) is not { } difference) continue;
            if (difference > Allowed(subject, reference)) return false;
            same = true;
        }

        return same;
    }

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

    private static double Rounding(StoredPart part) => QuantisedStorage.GridOf(part.Type) is null ? part.Rounding ?? 0 : 0;

    /// <summary>|x - y|^2 / |x|^2.</summary>
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
