using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Alignment;

/// <summary>Rows of features, each of unit length (or zero): [rows, width], ready for cosines.</summary>
public sealed class Features
{
    /// <summary>Rows whose cosines are made together.</summary>
    private const int Block = 256;

    private readonly Matrix _numbers;
    private readonly Lazy<Matrix> _columns;

    public Features(int rows, int width)
    {
        _numbers = new(rows, width);
        _columns = new(_numbers.Transpose);
    }

    public int Rows => _numbers.Rows;
    public int Width => _numbers.Columns;

    public Span<float> this[int row] => _numbers.Row(row);

    /// <summary>Adds a block of columns to a row, scaled to unit length so that each block weighs the same.</summary>
    public void SetBlock(int row, int column, ReadOnlySpan<sbyte> block)
    {
        double square = 0;
        foreach (var value in block) square += value * value;
        var scale = square > 0 ? (float)(1 / Math.Sqrt(square)) : 0;
        var target = this[row].Slice(column, block.Length);
        for (var i = 0; i < block.Length; i++) target[i] = block[i] * scale;
    }

    /// <summary>Scales every row to unit length; rows of zeros stay.</summary>
    public void Normalise()
    {
        for (var row = 0; row < Rows; row++)
        {
            double square = 0;
            foreach (var value in this[row]) square += (double)value * value;
            if (square <= 1e-20)
            {
                this[row].Clear();
                continue;
            }

            var scale = (float)(1 / Math.Sqrt(square));
            foreach (ref var value in this[row]) value *= scale;
        }
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
        var block = new Matrix(Math.Min(Block, Rows), other.Rows);
        for (var first = 0; first < Rows; first += block.Rows)
        {
            var count = Math.Min(block.Rows, Rows - first);
            Products.MultiplyAlone(_numbers, first, count, other._columns.Value, block);
            for (var at = 0; at < count; at++) yield return (first + at, block, at);
        }
    }
}
