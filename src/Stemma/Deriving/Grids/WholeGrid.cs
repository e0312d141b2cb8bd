using System.Buffers;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Grids;

/// <summary>
/// A grid that had to be made whole, because each of its rows depends on all rows of its source. It is made when its first row is asked for; its memory is used again
/// for the next one, or a model of large matrices would fill it before anything is cleared away.
/// </summary>
internal sealed class WholeGrid : Grid
{
    /// <summary>Columns that are gathered at once: a few cache lines of each row, and enough for a product of matrices.</summary>
    private const int Panel = 64;

    private const int Piece = 1 << 20, Tile = 32, AtOnce = 4;

    private static readonly ArrayPool<float> Memory = ArrayPool<float>.Create(1 << 30, AtOnce);

    private readonly Grid _source;
    private readonly Lazy<float[]> _numbers;
    private int _released;

    private WholeGrid(Grid source, long rows, int columns, Func<float[]> make)
    {
        (_source, Rows, Columns) = (source, rows, columns);
        _numbers = new(make);
    }

    public override long Rows { get; }

    public override int Columns { get; }

    /// <summary>A grid as a matrix that lasts.</summary>
    /// <param name="source">The grid.</param>
    /// <param name="name">The tensor, for the refusal.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TensorTooLarge"/>.</exception>
    public static Matrix Load(Grid source, string name)
    {
        var matrix = new Matrix((int)(CountOf(source, name) / Math.Max(1, source.Columns)), source.Columns);
        ReadAll(source, matrix.Data);
        return matrix;
    }

    /// <summary>Rows and columns exchanged.</summary>
    public static WholeGrid Transposed(Grid source, string name) => new(source, source.Columns, checked((int)source.Rows), () =>
    {
        var count = CountOf(source, name);
        var (before, after) = (Memory.Rent(count), Memory.Rent(count));
        ReadAll(source, before.AsSpan(0, count));
        Transpose(before, after, (int)source.Rows, source.Columns);
        Memory.Return(before);
        return after;
    });

    /// <summary>Another grid with each column changed by itself.</summary>
    public static WholeGrid EachColumn(Grid source, RowsChange change, string name) => new(source, source.Rows, source.Columns, () =>
    {
        var count = CountOf(source, name);
        var numbers = Memory.Rent(count);
        ReadAll(source, numbers.AsSpan(0, count));
        Parallel.For(0, (source.Columns + Panel - 1) / Panel, panel => ChangePanel(numbers, (int)source.Rows, source.Columns, panel * Panel, change));
        return numbers;
    });

    public override void Read(long first, Span<float> rows) => _numbers.Value.AsSpan(checked((int)(first * Columns)), rows.Length).CopyTo(rows);

    public override void Release()
    {
        if (_numbers.IsValueCreated && Interlocked.Exchange(ref _released, 1) == 0) Memory.Return(_numbers.Value);
        _source.Release();
    }

    private static int CountOf(Grid source, string name) => source.Rows * source.Columns <= Array.MaxLength
        ? (int)(source.Rows * source.Columns)
        : throw new StemmaException(FaultCode.TensorTooLarge, SafeText.Escape(name), null, $"{source.Rows} x {source.Columns} numbers", $"at most {Array.MaxLength} numbers for this operation");

    private static void ReadAll(Grid source, Span<float> numbers)
    {
        var perPiece = Math.Max(1, Piece / Math.Max(1, source.Columns)) * source.Columns;
        for (var at = 0; at < numbers.Length; at += perPiece) source.Read(at / source.Columns, numbers.Slice(at, Math.Min(perPiece, numbers.Length - at)));
    }

    private static void Transpose(float[] before, float[] after, int rows, int columns)
    {
        for (var top = 0; top < rows; top += Tile)
        {
            for (var left = 0; left < columns; left += Tile)
            {
                for (var i = top; i < Math.Min(top + Tile, rows); i++)
                    for (var j = left; j < Math.Min(left + Tile, columns); j++) after[(j * rows) + i] = before[(i * columns) + j];
            }
        }
    }

    private static void ChangePanel(float[] numbers, int rows, int columns, int left, RowsChange change)
    {
        var width = Math.Min(Panel, columns - left);
        var buffer = ArrayPool<float>.Shared.Rent(width * rows);
        var panel = buffer.AsSpan(0, width * rows);
        for (var i = 0; i < rows; i++)
        {
            var row = numbers.AsSpan((i * columns) + left, width);
            for (var j = 0; j < width; j++) panel[(j * rows) + i] = row[j];
        }

        change(left, panel, rows);
        for (var i = 0; i < rows; i++)
        {
            var row = numbers.AsSpan((i * columns) + left, width);
            for (var j = 0; j < width; j++) row[j] = panel[(j * rows) + i];
        }

        ArrayPool<float>.Shared.Return(buffer);
    }
}

/// <summary>A matrix in memory.</summary>
/// <param name="rows">Its rows.</param>
/// <param name="columns">Its columns.</param>
/// <param name="make">Asked for when the first row is.</param>
internal sealed class MatrixGrid(int rows, int columns, Func<Matrix> make) : Grid
{
    public override long Rows => rows;

    public override int Columns => columns;

    public override void Read(long first, Span<float> destination) => make().Data.AsSpan((int)first * columns, destination.Length).CopyTo(destination);
}
