using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>Products of matrices in 16 fixed lanes of float: the same bits for any SIMD width and thread count.</summary>
public static class Products
{
    /// <summary>Panels that one thread packs together at most: half a megabyte, which the second-level cache holds.</summary>
    private const int MostPanels = 8;

    /// <summary>Multiplications below which a second thread would cost more than it saves: half a millisecond of work.</summary>
    private const long Small = 1 << 23;

    /// <summary>A Bᵀ, [a.Rows, b.Rows]: all inner products of rows.</summary>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static Matrix MultiplyTransposed(Matrix a, Matrix b)
    {
        var result = new Matrix(a.Rows, b.Rows);
        AddTransposed(a, b, result);
        return result;
    }

    /// <summary>Aᵀ B, [a.Columns, b.Columns].</summary>
    public static Matrix TransposedMultiply(Matrix a, Matrix b) => Multiply(a.Transpose(), b);

    /// <summary>A B, [a.Rows, b.Columns].</summary>
    /// <exception cref="ArgumentException">The sizes do not meet.</exception>
    public static Matrix Multiply(Matrix a, Matrix b)
    {
        if (a.Columns != b.Rows) throw new ArgumentException($"{a.Columns} columns do not meet {b.Rows} rows", nameof(b));
        var result = new Matrix(a.Rows, b.Columns);
        Add(a, b, result, turned: false);
        return result;
    }

    /// <summary>A Bᵀ into a matrix that is there.</summary>
    /// <param name="a">Left.</param>
    /// <param name="b">Right, with rows as long as those of <paramref name="a"/>.</param>
    /// <param name="result">[a.Rows, b.Rows]; what stands there is replaced.</param>
    public static void MultiplyTransposed(Matrix a, Matrix b, Matrix result)
    {
        Array.Clear(result.Data);
        AddTransposed(a, b, result);
    }

    /// <summary>A Aᵀ, [a.Rows, a.Rows].</summary>
    public static Matrix Square(Matrix a)
    {
        var result = new Matrix(a.Rows, a.Rows);
        Square(a, result);
        return result;
    }

    /// <summary>A Aᵀ, half of which is the mirror image of the other.</summary>
    /// <param name="a">Both factors.</param>
    /// <param name="result">[a.Rows, a.Rows]; what stands there is replaced.</param>
    public static void Square(Matrix a, Matrix result)
    {
        Array.Clear(result.Data);
        var panels = ProductPanels.Of(a.Rows);
        ForEach(panels, (long)a.Rows * a.Rows * a.Columns / 2, panel =>
        {
            // The longest first, so that the last ones are short.
            var left = panels - 1 - panel;
            ProductPanels.Add(a, 0, Math.Min(a.Rows, (left + 1) * ProductPanels.Columns), a, result, left, 1, turned: true);
        });
        result.MirrorUpper();
    }

    /// <summary>Adds A Bᵀ to a matrix.</summary>
    /// <param name="a">Left.</param>
    /// <param name="b">Right, with rows as long as those of <paramref name="a"/>.</param>
    /// <param name="result">[a.Rows, b.Rows].</param>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static void AddTransposed(Matrix a, Matrix b, Matrix result)
    {
        if (a.Columns != b.Columns) throw new ArgumentException($"rows of {a.Columns} numbers do not meet rows of {b.Columns}", nameof(b));
        Add(a, b, result, turned: true);
    }

    /// <summary>Some rows of A times B on the calling thread alone, for callers that already keep every processor busy.</summary>
    /// <param name="a">Left.</param>
    /// <param name="first">The first row of it that is multiplied.</param>
    /// <param name="count">How many are.</param>
    /// <param name="b">Right.</param>
    /// <param name="result">[at least count, b.Columns]; what stands in its first rows is replaced.</param>
    /// <exception cref="ArgumentException">The sizes do not meet.</exception>
    public static void MultiplyAlone(Matrix a, int first, int count, Matrix b, Matrix result)
    {
        if (a.Columns != b.Rows) throw new ArgumentException($"{a.Columns} columns do not meet {b.Rows} rows", nameof(b));
        result.Data.AsSpan(0, count * result.Columns).Clear();
        for (var panel = 0; panel < ProductPanels.Of(b.Columns); panel++) ProductPanels.Add(a, first, count, b, result, panel, 1, turned: false);
    }

    /// <param name="turned">B is given as its transpose.</param>
    private static void Add(Matrix a, Matrix b, Matrix result, bool turned)
    {
        var panels = ProductPanels.Of(result.Columns);
        var together = Math.Clamp(panels / (2 * Environment.ProcessorCount), 1, MostPanels);
        ForEach((panels + together - 1) / together, (long)a.Rows * a.Columns * result.Columns, group =>
            ProductPanels.Add(a, 0, a.Rows, b, result, group * together, Math.Min(together, panels - (group * together)), turned));
    }

    private static void ForEach(int groups, long multiplications, Action<int> make)
    {
        if (multiplications < Small) for (var group = 0; group < groups; group++) make(group);
        else Parallel.For(0, groups, make);
    }

    /// <summary>Inner product over 16 float lanes, the rest in double.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sums = Vector512<float>.Zero;
        var tail = 0.0;
        var i = 0;
        for (; i <= a.Length - 16; i += 16) sums = Vector512.FusedMultiplyAdd(Vector512.Create(a.Slice(i, 16)), Vector512.Create(b.Slice(i, 16)), sums);
        for (; i < a.Length; i++) tail += a[i] * (double)b[i];
        return Vector512.Sum(sums) + tail;
    }
}
