using Stemma.Comparing.Statistics;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;
using Stemma.Sketching.Quick;

namespace Stemma.Comparing.Alignment;

/// <summary>Centred cosine of two matrices from their linear sketches.</summary>
public static class SketchCosine
{
    /// <summary>
    /// Null when the inner axes differ or a sketch is missing. Matrices with more units on one side are compared as if the other were padded with zeros.
    /// Between unrelated matrices the value has mean 0 and a standard error of about 1 / size.
    /// </summary>
    public static double? Of(PartSketch a, int sizeA, PartSketch b, int sizeB)
    {
        if (a.Linear is null || b.Linear is null || a.Inner != b.Inner) return null;
        var size = Math.Min(sizeA, sizeB);
        return Correlation.Cosine(Sized(a.Linear, sizeA, size), Sized(b.Linear, sizeB, size)) * QuickRows.Scale(a, b);
    }

    /// <summary>A sketch at the given size: itself when it has it.</summary>
    internal static float[] Sized(float[] sketch, int from, int to) => from == to ? sketch : LinearSketch.Shrink(sketch, from, to);
}
