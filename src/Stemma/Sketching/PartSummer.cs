using System.Runtime.InteropServices;
using Stemma.Sketching.Kernels;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Runs the kernels over neighbouring rows of one part. Rows that hold NaN, infinity or absurd numbers are cleaned first.</summary>
internal sealed class PartSummer
{
    /// <summary>Columns per tile: 64 buckets of a tile stay in the second-level cache.</summary>
    private const int Tile = 4096;

    private readonly float[] _sketch = new float[Recipe.Projection];
    private float[] _clean = [];

    /// <param name="part">The part.</param>
    /// <param name="run">Which of its rows.</param>
    /// <param name="rows">From the run's first row on.</param>
    /// <param name="column">The part's first number in each.</param>
    /// <param name="into">The sums of this band.</param>
    public void Sum<TSource>(PartPass part, AxisRun run, BandRows rows, long column, BandSums into)
        where TSource : struct, IRowSource
    {
        if (part.UnitsAreRows) SumRows<TSource>(part, run, rows, column, into);
        else SumColumns<TSource>(part, run, rows, column, into);
    }

    private void SumRows<TSource>(PartPass part, AxisRun run, BandRows rows, long column, BandSums into)
        where TSource : struct, IRowSource
    {
        var width = (int)part.Inner;
        for (var r = 0; r < run.Count; r++)
        {
            var row = rows.Numbers(r, column, width);
            var unit = run.Index + r;
            var sketch = part.Table is { } table ? table.Of((int)unit) : _sketch;
            var sums = RowKernel.Run<TSource>(row, part.Factors, sketch);
            if (sums.InRange)
            {
                Keep<TSource>(part, unit, row, sums, sketch, into);
                continue;
            }

            var clean = Clean<TSource>(row, width, into);
            Keep<Float32Source>(part, unit, clean, RowKernel.Run<Float32Source>(clean, part.Factors, sketch), sketch, into);
        }
    }

    private static void Keep<TSource>(PartPass part, long unit, ReadOnlySpan<byte> row, RowSums sums, ReadOnlySpan<float> sketch, BandSums into)
        where TSource : struct, IRowSource
    {
        into.Add(sums);
        if (part.Table is { } table) table.Squares[unit] = (float)sums.Folded;
        else if (part.LinearSize > 0) LinearSketch.AddUnit(into.LinearOf(part.LinearSize), part.LinearSize, unit, sketch);
        if (part.Anchors?.Wants(unit) == true) part.Anchors.Take<TSource>(unit, row);
        if (ShapeSample.Takes(unit, part.Count)) into.Sample.Add<TSource>(unit, row, (int)part.Inner);
    }

    private void SumColumns<TSource>(PartPass part, AxisRun run, BandRows rows, long column, BandSums into)
        where TSource : struct, IRowSource
    {
        var width = (int)part.Units;
        for (var tile = 0; tile < width; tile += Tile)
        {
            var count = Math.Min(Tile, width - tile);
            for (var r = 0; r < run.Count; r++)
            {
                var row = rows.Numbers(r, column + tile, count);
                if (RangeKernel.AllInRange<TSource>(row)) Add<TSource>(part, run.Index + r, row, tile, count, into);
                else Add<Float32Source>(part, run.Index + r, Clean<TSource>(row, count, into), tile, count, into);
            }
        }
    }

    private static void Add<TSource>(PartPass part, long inner, ReadOnlySpan<byte> row, int tile, int count, BandSums into)
        where TSource : struct, IRowSource
    {
        var columns = part.Columns!;
        into.Add(ColumnKernel.Run<TSource>(row, part.Factors[inner], columns.Bucket(inner, tile, count), columns.Norms(tile, count)));
        if (ShapeSample.Takes(inner, part.Count)) into.Sample.Add<TSource>(inner, row, count);
    }

    private ReadOnlySpan<byte> Clean<TSource>(ReadOnlySpan<byte> row, int count, BandSums into)
        where TSource : struct, IRowSource
    {
        if (_clean.Length < count) _clean = new float[count];
        ref var x = ref MemoryMarshal.GetReference(row);
        for (var j = 0; j < count; j++) _clean[j] = TSource.Load(ref x, j);
        into.NonFinite += RangeKernel.Sanitise(_clean.AsSpan(0, count));
        return Float32Source.BytesOf(_clean.AsSpan(0, count));
    }
}
