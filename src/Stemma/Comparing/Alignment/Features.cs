using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Alignment;

/// <summary>Rows of features, each of unit length (or zero): [rows, width], ready for cosines.</summary>
public sealed class Features
{
    /// <summary>Rows whose cosines are made together.</summary>
    private const int Block = 256;

    private const int MostBlocks = 8;

    private readonly Matrix _numbers;
    private readonly Lazy<Matrix> _columns;

    public Features(int rows, int width)
    {
        _numbers = new(rows, width);
        _columns = new(_numbers.Transpose);
    }

    /// <summary>The rows of several, one after another.</summary>
    internal static Features Stacked(IReadOnlyList<Features> parts)
    {
        var stacked = new Features(parts.Sum(part => part.Rows), parts.Count == 0 ? 0 : parts.Max(part => part.Width));
        var row = 0;
        foreach (var part in parts)
            for (var i = 0; i < part.Rows; i++) part[i].CopyTo(stacked[row++]);
        return stacked;
    }

    public int Rows => _numbers.Rows;
    public int Width => _numbers.Columns;

    public Span<float> this[int row] => _numbers.Row(row);

    /// <summary>Makes a row of unit length from blocks of columns, each of the same weight; blocks of zeros have none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="blocks">The arrays that the blocks stand in, in the order of the columns.</param>
    /// <param name="at">Where each block begins in its array.</param>
    /// <param name="length">Columns of a block.</param>
    internal void SetBlocks(int row, ReadOnlySpan<sbyte[]> blocks, int at, int length)
    {
        Span<int> squares = stackalloc int[MostBlocks];
        var weighing = 0;
        for (var block = 0; block < blocks.Length; block++)
        {
            squares[block] = SignedBytes.SquareOf(new(blocks[block], at, length));
            if (squares[block] > 0) weighing++;
        }

        for (var block = 0; block < blocks.Length; block++)
        {
            var scale = squares[block] > 0 ? (float)(1 / Math.Sqrt((double)squares[block] * weighing)) : 0;
            SignedBytes.Scale(new(blocks[block], at, length), scale, this[row].Slice(block * length, length));
        }
    }

    /// <summary>Scales every row to unit length; rows of zeros stay.</summary>
    public void Normalise()
    {
        for (var row = 0; row < Rows; row++)
        {
            var numbers = this[row];
            var square = SquareOf(numbers);
            if (square <= 1e-20)
            {
                numbers.Clear();
                continue;
            }

            var scale = (float)(1 / Math.Sqrt(square));
            for (var i = 0; i < numbers.Length; i++) numbers[i] *= scale;
        }
    }

    /// <summary>Sum of squares in four running sums: one alone waits for itself at every step.</summary>
    private static double SquareOf(ReadOnlySpan<float> numbers)
    {
        double first = 0, second = 0, third = 0, fourth = 0;
        var i = 0;
        for (; i <= numbers.Length - 4; i += 4)
        {
            first += (double)numbers[i] * numbers[i];
            second += (double)numbers[i + 1] * numbers[i + 1];
            third += (double)numbers[i + 2] * numbers[i + 2];
            fourth += (double)numbers[i + 3] * numbers[i + 3];
        }

        for (; i < numbers.Length; i++) first += (double)numbers[i] * numbers[i];
        return first + second + (third + fourth);
    }

    public bool IsZero(int row)
    {
        foreach (var value in this[row])
            if (value != 0) return false;
        return true;
    }

    /// <summary>Cosine of a row of this with one of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count) sum += Vector512.Create(x[i..]) * Vector512.Create(y[i..]);
        var total = Vector512.Sum(sum);
        for (; i < x.Length; i++) total += x[i] * y[i];
        return total;
    }

    /// <summary>Cosines with all rows of <paramref name="other"/>, some rows of this at a time, so that memory stays small. The same two rows give the same bits wherever they stand.</summary>
    /// <param name="other">Rows as long as these.</param>
    /// <returns>A row of this; and its cosines, as one row of a matrix that is used again: they stand there until the next step.</returns>
    internal IEnumerable<(int Row, Matrix Cosines, int At)> Cosines(Features other)
    {
        var rows = Math.Min(Block, Rows);
        var room = ArrayPool<float>.Shared.Rent(rows * other.Rows);
        try
        {
            var block = new Matrix(rows, other.Rows, room);
            for (var first = 0; first < Rows; first += rows)
            {
                var count = Math.Min(rows, Rows - first);
                Products.MultiplyAlone(_numbers, first, count, other._columns.Value, block);
                for (var at = 0; at < count; at++) yield return (first + at, block, at);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(room);
        }
    }
}
