using Stemma.Anatomy;

namespace Stemma.Sketching;

/// <summary>Neighbouring stored indices that are also neighbours in their part.</summary>
/// <param name="First">First stored index.</param>
/// <param name="Count">How many.</param>
/// <param name="Index">Index of the first one within the part.</param>
internal readonly record struct AxisRun(long First, long Count, long Index);

/// <summary>Cuts a part's slice of an axis to the window [from, to), run by run.</summary>
internal struct AxisRuns(AxisSlice slice, long from, long to)
{
    private long _block = slice.Blocks > 1 && slice.Stride > 0 && from > slice.Start ? Math.Max(0, ((from - slice.Start) / slice.Stride) - 1) : 0;

    /// <summary>The next run; false after the last.</summary>
    public bool Next(out AxisRun run)
    {
        for (; _block < slice.Blocks; _block++)
        {
            var start = slice.Start + (_block * slice.Stride);
            if (start >= to) break;
            var first = Math.Max(start, from);
            var last = Math.Min(start + slice.Length, to);
            if (last <= first) continue;
            run = new(first, last - first, (_block * slice.Length) + first - start);
            _block++;
            return true;
        }

        run = default;
        return false;
    }
}
