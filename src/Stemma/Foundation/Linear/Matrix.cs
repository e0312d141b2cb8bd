using System.Numerics;
using System.Runtime.InteropServices;

namespace Stemma.Foundation.Linear;

/// <summary>A dense matrix of floats in row-major order.</summary>
public sealed class Matrix
{
    /// <summary>Zeros.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public Matrix(int rows, int columns)
        : this(rows, columns, new float[checked(rows * columns)])
    {
    }

    /// <summary>In memory that is there already, and may be longer: then only what works row by row may be asked of it.</summary>
    internal Matrix(int rows, int columns, float[] data) => (Rows, Columns, Data) = (rows, columns, data);

    public int Rows { get; }
    public int Columns { get; }

    /// <summary>[rows, columns].</summary>
    public float[] Data { get; }

    public float this[int row, int column]
    {
        get => Data[(row * Columns) + column];
        set => Data[(row * Columns) + column] = value;
    }

    public Span<float> Row(int row) => new(Data, row * Columns, Columns);

    /// <summary>The column of the highest number of a row; of equals the first. Rows hold no NaN.</summary>
    public int BestColumn(int row)
    {
        var numbers = Row(row);
        return Math.Max(0, Find(numbers, Highest(numbers)).First);
    }

    /// <summary>For each column the row of its highest number; of equals the first. Columns hold no NaN.</summary>
    public int[] BestRows()
    {
        var (best, at) = (new float[Columns], new int[Columns]);
        Array.Fill(best, float.NegativeInfinity);
        for (var i = 0; i < Rows; i++)
        {
            var row = Row(i);
            var j = 0;
            for (; j <= row.Length - Vector<float>.Count; j += Vector<float>.Count)
            {
                var (value, most, there) = (new Vector<float>(row[j..]), new Vector<float>(best, j), new Vector<int>(at, j));
                var higher = Vector.GreaterThan(value, most);
                Vector.ConditionalSelect(higher, new Vector<int>(i), there).CopyTo(at, j);
                Vector.ConditionalSelect(higher, value, most).CopyTo(best, j);
            }

            for (; j < row.Length; j++)
                if (row[j] > best[j]) (best[j], at[j]) = (row[j], i);
        }

        return at;
    }

    /// <summary>The highest of some numbers; minus infinity when there are none.</summary>
    public static float Highest(ReadOnlySpan<float> numbers)
    {
        var lanes = new Vector<float>(float.NegativeInfinity);
        var j = 0;
        for (; j <= numbers.Length - Vector<float>.Count; j += Vector<float>.Count) lanes = Vector.Max(lanes, new Vector<float>(numbers[j..]));
        var best = float.NegativeInfinity;
        for (var lane = 0; lane < Vector<float>.Count; lane++) best = Math.Max(best, lanes[lane]);
        for (; j < numbers.Length; j++) best = Math.Max(best, numbers[j]);
        return best;
    }

    /// <summary>Where a number first stands among others, or -1, and how often it stands there. Unlike the library's search, which looks at floats one by one, this looks at a register at a time.</summary>
    public static (int First, int Count) Find(ReadOnlySpan<float> numbers, float sought)
    {
        var (first, count, j) = (-1, 0, 0);
        for (; j <= numbers.Length - Vector<float>.Count; j += Vector<float>.Count)
        {
            var same = Vector.Equals(new Vector<float>(numbers[j..]), new Vector<float>(sought));
            if (same == Vector<int>.Zero) continue;
            if (first < 0) first = j + numbers.Slice(j, Vector<float>.Count).IndexOf(sought);
            count -= Vector.Sum(same);
        }

        for (; j < numbers.Length; j++)
        {
            if (!numbers[j].Equals(sought)) continue;
            if (first < 0) first = j;
            count++;
        }

        return (first, count);
    }

    /// <summary>Adds another matrix of the same sizes, in place.</summary>
    public void Add(Matrix other)
    {
        var to = MemoryMarshal.Cast<float, Vector<float>>(Data.AsSpan());
        var from = MemoryMarshal.Cast<float, Vector<float>>(other.Data.AsSpan());
        for (var i = 0; i < to.Length; i++) to[i] += from[i];
        for (var i = to.Length * Vector<float>.Count; i < Data.Length; i++) Data[i] += other.Data[i];
    }

    /// <summary>s M + t N for this M and another matrix of the same sizes, in place.</summary>
    public void Combine(float own, Matrix other, float share)
    {
        var to = MemoryMarshal.Cast<float, Vector<float>>(Data.AsSpan());
        var from = MemoryMarshal.Cast<float, Vector<float>>(other.Data.AsSpan());
        for (var i = 0; i < to.Length; i++) to[i] = (to[i] * own) + (from[i] * share);
        for (var i = to.Length * Vector<float>.Count; i < Data.Length; i++) Data[i] = (Data[i] * own) + (other.Data[i] * share);
    }

    /// <summary>Absolute values.</summary>
    public Matrix Absolute()
    {
        var result = new Matrix(Rows, Columns);
        var to = MemoryMarshal.Cast<float, Vector<float>>(result.Data.AsSpan());
        var from = MemoryMarshal.Cast<float, Vector<float>>(Data.AsSpan());
        for (var i = 0; i < to.Length; i++) to[i] = Vector.Abs(from[i]);
        for (var i = to.Length * Vector<float>.Count; i < Data.Length; i++) result.Data[i] = Math.Abs(Data[i]);
        return result;
    }

    /// <summary>The identity, or its first rows or columns where the two sizes differ.</summary>
    public static Matrix Identity(int rows, int columns)
    {
        var identity = new Matrix(rows, columns);
        for (var i = 0; i < Math.Min(rows, columns); i++) identity[i, i] = 1;
        return identity;
    }

    /// <summary>Rows given one by one, all of one length.</summary>
    public static Matrix OfRows(IReadOnlyList<float[]> rows)
    {
        var matrix = new Matrix(rows.Count, rows.Count == 0 ? 0 : rows[0].Length);
        for (var i = 0; i < rows.Count; i++) rows[i].CopyTo(matrix.Row(i));
        return matrix;
    }

    /// <summary>Matrices of one width, one below another; at least one.</summary>
    public static Matrix Stack(IReadOnlyList<Matrix> parts)
    {
        var stacked = new Matrix(parts.Sum(p => p.Rows), parts[0].Columns);
        var next = 0;
        foreach (var part in parts)
        {
            part.Data.CopyTo(stacked.Data, next);
            next += part.Data.Length;
        }

        return stacked;
    }

    public Matrix Transpose()
    {
        var result = new Matrix(Columns, Rows);
        TransposeInto(result);
        return result;
    }

    /// <summary>The transpose in place of what stands in <paramref name="result"/>, [columns, rows].</summary>
    public void TransposeInto(Matrix result)
    {
        // Whole lines are written, and read again while they are near: twice as fast as square tiles.
        const int Tall = 32, Wide = 16;
        for (var top = 0; top < Rows; top += Tall)
        {
            for (var left = 0; left < Columns; left += Wide)
            {
                for (var j = left; j < Math.Min(left + Wide, Columns); j++)
                {
                    var line = new Span<float>(result.Data, (j * Rows) + top, Math.Min(Tall, Rows - top));
                    for (var i = 0; i < line.Length; i++) line[i] = Data[((top + i) * Columns) + j];
                }
            }
        }
    }

    /// <summary>Copies the numbers above the diagonal of a square matrix to their mirror images below it.</summary>
    public void MirrorUpper()
    {
        const int Tile = 32;
        for (var top = 0; top < Rows; top += Tile)
        {
            for (var left = 0; left <= top; left += Tile)
            {
                for (var i = top; i < Math.Min(top + Tile, Rows); i++)
                    for (var j = left; j < Math.Min(left + Tile, i); j++) Data[(i * Columns) + j] = Data[(j * Columns) + i];
            }
        }
    }

    /// <summary>Some rows, in the order asked for.</summary>
    public Matrix Take(ReadOnlySpan<int> rows)
    {
        var result = new Matrix(rows.Length, Columns);
        for (var i = 0; i < rows.Length; i++) Row(rows[i]).CopyTo(result.Row(i));
        return result;
    }

    /// <summary>Multiplies column j by <paramref name="factors"/>[j], in place: W diag(f).</summary>
    public Matrix ScaleColumns(ReadOnlySpan<float> factors)
    {
        for (var i = 0; i < Rows; i++)
        {
            var row = Row(i);
            var j = 0;
            for (; j <= row.Length - Vector<float>.Count; j += Vector<float>.Count) (new Vector<float>(row[j..]) * new Vector<float>(factors[j..])).CopyTo(row[j..]);
            for (; j < row.Length; j++) row[j] *= factors[j];
        }

        return this;
    }

    /// <summary>Multiplies row i by <paramref name="factors"/>[i], in place: diag(f) W.</summary>
    public Matrix ScaleRows(ReadOnlySpan<float> factors)
    {
        for (var i = 0; i < Rows; i++) Scale(Row(i), factors[i]);
        return this;
    }

    /// <summary>Multiplies all numbers, in place.</summary>
    private static void Scale(Span<float> numbers, float factor)
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(numbers);
        foreach (ref var lane in lanes) lane *= factor;
        foreach (ref var value in numbers[(lanes.Length * Vector<float>.Count)..]) value *= factor;
    }

    /// <summary>Scales every row to length 1, in place; rows of zeros stay.</summary>
    /// <returns>The lengths that the rows had.</returns>
    public float[] NormaliseRows()
    {
        var norms = new float[Rows];
        for (var i = 0; i < Rows; i++)
        {
            norms[i] = (float)Math.Sqrt(Products.Dot(Row(i), Row(i)));
            if (norms[i] > 0 && float.IsFinite(norms[i])) Scale(Row(i), 1 / norms[i]);
        }

        return norms;
    }

    /// <summary>Zero in place of infinities and what is no number.</summary>
    public void ClearNonFinite()
    {
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(Data.AsSpan());
        foreach (ref var lane in lanes) lane = Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(lane), new Vector<float>(float.MaxValue)), lane, Vector<float>.Zero);
        foreach (ref var value in Data.AsSpan(lanes.Length * Vector<float>.Count))
            if (!float.IsFinite(value)) value = 0;
    }

    /// <summary>Root of the sum of squares.</summary>
    public double Norm() => Math.Sqrt(Products.Dot(Data, Data));
}
