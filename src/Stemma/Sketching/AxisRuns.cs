using Stemma.Anatomy;

namespace Stemma.Sketching;

/// <summary>Neighbouring stored indices that are also neighbours in their part.</summary>
/// <param name="First">First stored index.</param>
/// <param name="Count">How many.</param>
/// <param name="Index">Index of the first one within the part.</param>
internal readonly record struct AxisRun(long First, long Count, long Index);

/// <summary>Cuts a part's slice of an axis to a window.</summary>
internal static class AxisRuns
{
    public static IEnumerable<AxisRun> Within(AxisSlice slice, long from, long to)
    {
        long block = 0;
        if (slice.Blocks > 1 && slice.Stride > 0 && from > slice.Start) block = Math.Max(0, ((from - slice.Start) / slice.Stride) - 1);
        for (; block < slice.Blocks; block++)
        {
            var start = slice.Start + (block * slice.Stride);
            if (start >= to) yield break;
            var first = Math.Max(start, from);
            var last = Math.Min(start + slice.Length, to);
            if (last > first) yield return new(first, last - first, (block * slice.Length) + first - start);
        }
    }
}
