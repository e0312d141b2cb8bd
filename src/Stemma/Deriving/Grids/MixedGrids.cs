using System.Buffers;

namespace Stemma.Deriving.Grids;

/// <summary>Grids of one shape, combined number by number in double precision.</summary>
/// <param name="sources">At least one; all of one shape.</param>
/// <param name="mix">Given the place (row, column) and one number of each source, the result.</param>
internal sealed class MixedGrid(IReadOnlyList<Grid> sources, MixedGrid.Mix mix) : Grid
{
    /// <summary>Combines numbers that stand in one place.</summary>
    /// <param name="place">Row-major number of the place.</param>
    /// <param name="values">One of each source.</param>
    public delegate double Mix(long place, ReadOnlySpan<float> values);

    public override long Rows => sources[0].Rows;

    public override int Columns => sources[0].Columns;

    public override void Read(long first, Span<float> rows)
    {
        var (count, n) = (rows.Length, sources.Count);
        var buffer = ArrayPool<float>.Shared.Rent(count * n);
        Span<float> values = n <= 64 ? stackalloc float[n] : new float[n];
        try
        {
            for (var s = 0; s < n; s++) sources[s].Read(first, buffer.AsSpan(s * count, count));
            for (var i = 0; i < count; i++)
            {
                for (var s = 0; s < n; s++) values[s] = buffer[(s * count) + i];
                rows[i] = (float)mix((first * Columns) + i, values);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
