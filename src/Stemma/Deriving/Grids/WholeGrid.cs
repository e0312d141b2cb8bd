using System.Buffers;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Grids;

/// <summary>A grid that had to be made whole, because each of its rows depends on all rows of its source. It is made when its first row is asked for.</summary>
internal sealed class WholeGrid : Grid
{
    /// <summary>Columns that are gathered at once: a few cache lines of each row, and enough for a product of matrices.</summary>
    private const int Panel = 64;

    private readonly Lazy<Matrix> _matrix;

    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="make">Makes it, once.</param>
    public WholeGrid(long rows, int columns, Func<Matrix> make)
    {
        (Rows, Columns) = (rows, columns);
        _matrix = new(make);
    }

    public override long Rows { get; }

    public override int Columns { get; }

    /// <summary>Reads a grid into memory.</summary>
    /// <param name="source">The grid.</param>
    /// <param name="name">The tensor, for the refusal.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TensorTooLarge"/>.</exception>
    public static Matrix Load(Grid source, string name)
    {
        if (source.Rows * source.Columns > Array.MaxLength)
            throw new StemmaException(FaultCode.TensorTooLarge, SafeText.Escape(name), null, $"{source.Rows} x {source.Columns} numbers", $"at most {Array.MaxLength} numbers for this operation");
        var matrix = new Matrix((int)source.Rows, source.Columns);
        source.Read(0, matrix.Data);
        return matrix;
    }

    /// <summary>Rows and columns exchanged.</summary>
    public static WholeGrid Transposed(Grid source, string name) =>
        new(source.Columns, checked((int)source.Rows), () => Load(source, name).Transpose());

    /// <summary>Another grid with each column changed by itself.</summary>
    public static WholeGrid EachColumn(Grid source, RowsChange change, string name) => new(source.Rows, source.Columns, () =>
    {
        var matrix = Load(source, name);
        Parallel.For(0, (matrix.Columns + Panel - 1) / Panel, panel => ChangePanel(matrix, panel * Panel, change));
        return matrix;
    });

    public override void Read(long first, Span<float> rows) => _matrix.Value.Data.AsSpan(checked((int)(first * Columns)), rows.Length).CopyTo(rows);

    private static void ChangePanel(Matrix matrix, int left, RowsChange change)
    {
        var (rows, width) = (matrix.Rows, Math.Min(Panel, matrix.Columns - left));
        var buffer = ArrayPool<float>.Shared.Rent(width * rows);
        var columns = buffer.AsSpan(0, width * rows);
        for (var i = 0; i < rows; i++)
        {
            var row = matrix.Row(i).Slice(left, width);
            for (var j = 0; j < width; j++) columns[(j * rows) + i] = row[j];
        }

        change(left, columns, rows);
        for (var i = 0; i < rows; i++)
        {
            var row = matrix.Row(i).Slice(left, width);
            for (var j = 0; j < width; j++) row[j] = columns[(j * rows) + i];
        }

        ArrayPool<float>.Shared.Return(buffer);
    }
}
