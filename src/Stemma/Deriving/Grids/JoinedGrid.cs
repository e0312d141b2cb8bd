using System.Buffers;
using Stemma.Anatomy;

namespace Stemma.Deriving.Grids;

/// <summary>
/// Puts the parts of a fused tensor together again, in the stored order: along one axis the parts take turns as their slices did, also when an operation
/// gave all of them another length.
/// </summary>
internal static class JoinedGrid
{
    /// <summary>Parts one below the other.</summary>
    public static Grid Rows(IReadOnlyList<(AxisSlice Slice, Grid Grid)> parts) =>
        parts.Count == 1 ? parts[0].Grid : new RowJoin([.. parts.Select(p => p.Grid)], Order([.. parts.Select(p => (p.Slice, p.Grid.Rows))]));

    /// <summary>Parts side by side.</summary>
    public static Grid Columns(IReadOnlyList<(AxisSlice Slice, Grid Grid)> parts) =>
        parts.Count == 1 ? parts[0].Grid : new ColumnJoin([.. parts.Select(p => p.Grid)], Order([.. parts.Select(p => (p.Slice, (long)p.Grid.Columns))]));

    /// <summary>Grids of one width, one below the other.</summary>
    public static Grid Below(IReadOnlyList<Grid> grids) => Rows(OneAfterAnother(grids, grid => grid.Rows));

    /// <summary>Grids of one height, side by side.</summary>
    public static Grid SideBySide(IReadOnlyList<Grid> grids) => Columns(OneAfterAnother(grids, grid => grid.Columns));

    private static List<(AxisSlice Slice, Grid Grid)> OneAfterAnother(IReadOnlyList<Grid> grids, Func<Grid, long> length)
    {
        var (parts, start) = (new List<(AxisSlice, Grid)>(), 0L);
        foreach (var grid in grids)
        {
            parts.Add((new AxisSlice(start, length(grid)), grid));
            start += length(grid);
        }

        return parts;
    }

    /// <summary>Runs in the order in which they lie along the axis: which part, its first index there, how many.</summary>
    private static List<(int Part, long First, long Count)> Order(IReadOnlyList<(AxisSlice Slice, long Count)> parts)
    {
        var runs = new List<(long At, int Part, long First, long Count)>();
        for (var part = 0; part < parts.Count; part++)
        {
            var (slice, count) = parts[part];
            // A part that lies in one piece grows or shrinks where it is; one that lies in many keeps the length of its pieces and has more or fewer of them.
            var length = slice.Blocks == 1 ? count : slice.Length;
            for (var first = 0L; first < count; first += length) runs.Add((slice.Start + (first / Math.Max(1, length) * slice.Stride), part, first, Math.Min(length, count - first)));
        }

        return [.. runs.OrderBy(run => run.At).Select(run => (run.Part, run.First, run.Count))];
    }

    private sealed class RowJoin : Grid
    {
        private readonly Grid[] _parts;
        private readonly List<(int Part, long First, long Count)> _runs;
        private readonly long[] _starts;

        public RowJoin(Grid[] parts, List<(int Part, long First, long Count)> runs)
        {
            (_parts, _runs) = (parts, runs);
            _starts = new long[runs.Count];
            for (var i = 0; i < runs.Count; i++)
            {
                _starts[i] = Rows;
                Rows += runs[i].Count;
            }
        }

        public override long Rows { get; }

        public override int Columns => _parts[0].Columns;

        public override void Release() => Array.ForEach(_parts, part => part.Release());

        public override void Read(long first, Span<float> rows)
        {
            while (rows.Length > 0)
            {
                var at = Array.BinarySearch(_starts, first);
                if (at < 0) at = ~at - 1;
                var (part, start, count) = _runs[at];
                var skip = first - _starts[at];
                var now = (int)Math.Min(count - skip, rows.Length / Columns);
                _parts[part].Read(start + skip, rows[..(now * Columns)]);
                rows = rows[(now * Columns)..];
                first += now;
            }
        }
    }

    private sealed class ColumnJoin(Grid[] parts, List<(int Part, long First, long Count)> runs) : Grid
    {
        public override long Rows => parts[0].Rows;

        public override int Columns { get; } = parts.Sum(p => p.Columns);

        public override void Release() => Array.ForEach(parts, part => part.Release());

        public override void Read(long first, Span<float> rows)
        {
            var buffers = Array.ConvertAll(parts, p => ArrayPool<float>.Shared.Rent(p.Columns));
            try
            {
                for (var i = 0; i * Columns < rows.Length; i++)
                {
                    for (var p = 0; p < parts.Length; p++) parts[p].Read(first + i, buffers[p].AsSpan(0, parts[p].Columns));
                    var to = rows.Slice(i * Columns, Columns);
                    foreach (var (part, start, count) in runs)
                    {
                        buffers[part].AsSpan((int)start, (int)count).CopyTo(to);
                        to = to[(int)count..];
                    }
                }
            }
            finally
            {
                foreach (var buffer in buffers) ArrayPool<float>.Shared.Return(buffer);
            }
        }
    }
}
