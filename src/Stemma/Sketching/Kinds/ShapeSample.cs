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

    private PowerSums _powers;
    private ValueCensus _census;
    private FormulaCensus _formula;
    private double _count, _distinct, _runs;

    /// <summary>Whether a row belongs to the sample of a part with so many numbers.</summary>
    public static bool Takes(long unit, long partCount) => partCount < Large || unit % LargeStride == 0;

    /// <summary>
    /// Nobody trained these numbers: at most two different values were seen, and one of them is zero or it is the only one (a mask, zeros or ones), or every row follows a known formula.
    /// </summary>
    public bool Trivial => _count > 0 && (_census.Trivial || _formula.Holds);

    /// <summary>Adds a row whose numbers are all in range.</summary>
    /// <param name="unit">Its index in the part. Distinct values are counted in every fourth row of the sample: sorting them is slow.</param>
    /// <param name="row">Stored numbers.</param>
    /// <param name="columns">How many.</param>
    public void Add<TSource>(long unit, ReadOnlySpan<byte> row, int columns)
        where TSource : struct, IRowSource
    {
        _powers.Add(PowerKernel.Run<TSource>(row, columns));
        _census.Add<TSource>(row, columns);
        _formula.Add<TSource>(unit, row, columns);
        _count += columns;
        if (columns < ValueCensus.Run || unit / LargeStride % 4 != 0) return;
        _distinct += ValueCensus.Distinct<TSource>(row);
        _runs++;
    }

    /// <summary>Adds the sample of the rows that follow.</summary>
    public void Merge(ShapeSample next)
    {
        _powers.Add(next._powers);
        _census.Merge(next._census);
        _formula.Merge(next._formula);
        _count += next._count;
        _distinct += next._distinct;
        _runs += next._runs;
    }

    public Moments ToMoments(long total, RowSums sums, long nonFinite)
    {
        var mean = total == 0 ? 0 : sums.Sum / total;
        var variance = total == 0 ? 0 : Math.Max(0, (sums.Squares / total) - (mean * mean));
        if (_count == 0) return new(total, mean, Math.Sqrt(variance), 0, 0, 0, 0, 0, nonFinite);
        double m1 = _powers.First / _count, m2 = _powers.Second / _count, m3 = _powers.Third / _count, m4 = _powers.Fourth / _count;
        var spread = m2 - (m1 * m1);
        var third = m3 - (3 * m1 * m2) + (2 * m1 * m1 * m1);
        var fourth = m4 - (4 * m1 * m3) + (6 * m1 * m1 * m2) - (3 * m1 * m1 * m1 * m1);
        var flat = spread <= 1e-12 * m2;
        return new(total, mean, Math.Sqrt(variance), flat ? 0 : third / (spread * Math.Sqrt(spread)), flat ? 0 : (fourth / (spread * spread)) - 3,
            _powers.Zeros / _count, _runs == 0 ? 0 : _distinct / (_runs * ValueCensus.Run), _powers.Largest, nonFinite);
    }
}
