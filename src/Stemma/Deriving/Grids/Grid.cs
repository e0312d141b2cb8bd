namespace Stemma.Deriving.Grids;

/// <summary>
/// A matrix of floats that is made row by row when it is asked for, so that no tensor need be in memory whole. Rows may be asked for in any order and
/// by several threads at once.
/// </summary>
internal abstract class Grid
{
    public abstract long Rows { get; }

    public abstract int Columns { get; }

    /// <summary>Makes rows one after another.</summary>
    /// <param name="first">The first row, zero-based.</param>
    /// <param name="rows">Room for a whole number of rows, row-major.</param>
    public abstract void Read(long first, Span<float> rows);

    /// <summary>Called when no more rows will be asked for: memory that was taken may be used again.</summary>
    public virtual void Release()
    {
    }

    /// <summary>One row.</summary>
    public float[] Row(long row)
    {
        var values = new float[Columns];
        Read(row, values);
        return values;
    }
}
