using Stemma.Sketching.Kernels;

namespace Stemma.Sketching.Kinds;

/// <summary>
/// The shape of a distribution from a sample of its rows: higher moments, zeros, how many values are distinct, and whether it is only a handful.
/// Merged in row order, so the result does not depend on threads.
/// </summary>
internal sealed class ShapeSample
{
    /// <summary>Every 16th row of a large matrix is looked at: third and fourth moments do not need more.</summary>
    private const int LargeStride = 16;
    private const long Large = 1 << 20;
    private const int Run = 64;

    private readonly SortedSet<float> census = [];
    private double count, power1, power2, power3, power4, zeros, distinct, runs, largest;

    /// <summary>Whether a row belongs to the sample of a part with so many numbers.</summary>
    public static bool Takes(long unit, long partCount) => partCount < Large || unit % LargeStride == 0;

    /// <summary>At most two different values were seen, and one of them is zero or it is the only one: a mask, zeros or ones.</summary>
    public bool Trivial => count > 0 && (census.Count == 1 || (census.Count == 2 && census.Contains(0f)));

    public void Add<TSource>(ReadOnlySpan<byte> row, int columns)
        where TSource : struct, IRowSource
    {
        ref var x = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(row);
        for (var j = 0; j < columns; j++)
        {
            double value = TSource.Load(ref x, j);
            if (!double.IsFinite(value)) value = 0;
            var square = value * value;
            power1 += value;
            power2 += square;
            power3 += square * value;
            power4 += square * square;
            if (value == 0) zeros++;
            largest = Math.Max(largest, Math.Abs(value));
            if (census.Count < 3) census.Add((float)value);
        }

        count += columns;
        CountDistinct<TSource>(row, columns);
    }

    /// <summary>Adds the sample of the rows that follow.</summary>
    public void Merge(ShapeSample next)
    {
        count += next.count;
        power1 += next.power1;
        power2 += next.power2;
        power3 += next.power3;
        power4 += next.power4;
        zeros += next.zeros;
        distinct += next.distinct;
        runs += next.runs;
        largest = Math.Max(largest, next.largest);
        foreach (var value in next.census)
            if (census.Count < 3) census.Add(value);
    }

    public Moments ToMoments(long total, RowSums sums, long nonFinite)
    {
        var mean = total == 0 ? 0 : sums.Sum / total;
        var variance = total == 0 ? 0 : Math.Max(0, (sums.Squares / total) - (mean * mean));
        if (count == 0) return new(total, mean, Math.Sqrt(variance), 0, 0, 0, 0, 0, nonFinite);
        double m1 = power1 / count, m2 = power2 / count, m3 = power3 / count, m4 = power4 / count;
        var spread = m2 - (m1 * m1);
        var third = m3 - (3 * m1 * m2) + (2 * m1 * m1 * m1);
        var fourth = m4 - (4 * m1 * m3) + (6 * m1 * m1 * m2) - (3 * m1 * m1 * m1 * m1);
        var flat = spread <= 1e-30;
        return new(total, mean, Math.Sqrt(variance), flat ? 0 : third / (spread * Math.Sqrt(spread)), flat ? 0 : (fourth / (spread * spread)) - 3,
            zeros / count, runs == 0 ? 0 : distinct / (runs * Run), largest, nonFinite);
    }

    private void CountDistinct<TSource>(ReadOnlySpan<byte> row, int columns)
        where TSource : struct, IRowSource
    {
        if (columns < Run) return;
        Span<float> values = stackalloc float[Run];
        ref var x = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(row);
        for (var j = 0; j < Run; j++) values[j] = TSource.Load(ref x, j);
        values.Sort();
        var different = 1;
        for (var j = 1; j < Run; j++)
            if (values[j] != values[j - 1]) different++;
        distinct += different;
        runs++;
    }
}
