using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>
/// Products of matrices in 16 fixed lanes of float: the same bits for any SIMD width and thread count. Four rows meet four rows at a time,
/// so that each number fetched is used four times.
/// </summary>
public static class Products
{
    private const int Tile = 4, PanelRows = 64;

    /// <summary>A B, [a.Rows, b.Columns].</summary>
    public static Matrix Multiply(Matrix a, Matrix b) => MultiplyTransposed(a, b.Transpose());

    /// <summary>Aᵀ B, [a.Columns, b.Columns].</summary>
    public static Matrix TransposedMultiply(Matrix a, Matrix b) => MultiplyTransposed(a.Transpose(), b.Transpose());

    /// <summary>A Bᵀ, [a.Rows, b.Rows]: all inner products of rows.</summary>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static Matrix MultiplyTransposed(Matrix a, Matrix b)
    {
        if (a.Columns != b.Columns) throw new ArgumentException($"rows of {a.Columns} numbers do not meet rows of {b.Columns}", nameof(b));
        var result = new Matrix(a.Rows, b.Rows);
        MultiplyTransposed(a, b, result);
        return result;
    }

    /// <summary>A Bᵀ into a matrix that is there.</summary>
    /// <param name="a">Left.</param>
    /// <param name="b">Right, with rows as long as those of <paramref name="a"/>.</param>
    /// <param name="result">[a.Rows, b.Rows]; what stands there is replaced.</param>
    public static void MultiplyTransposed(Matrix a, Matrix b, Matrix result)
    {
        var panels = (a.Rows + PanelRows - 1) / PanelRows;
        // A small product is done before another thread wakes.
        if ((long)a.Rows * b.Rows * a.Columns < 1 << 20) for (var panel = 0; panel < panels; panel++) Panel(a, b, result, panel * PanelRows);
        else Parallel.For(0, panels, panel => Panel(a, b, result, panel * PanelRows));
    }

    /// <summary>Inner product, in double over 16 float lanes.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sums = Vector512<float>.Zero;
        var tail = 0.0;
        var i = 0;
        for (; i <= a.Length - 16; i += 16) sums = Vector512.FusedMultiplyAdd(Vector512.Create(a.Slice(i, 16)), Vector512.Create(b.Slice(i, 16)), sums);
        for (; i < a.Length; i++) tail += a[i] * (double)b[i];
        return Vector512.Sum(sums) + tail;
    }

    /// <summary>Rows [top, top + <see cref="PanelRows"/>) of the result: tiles of B outside, so that they stay in the nearest cache.</summary>
    private static void Panel(Matrix a, Matrix b, Matrix result, int top)
    {
        var bottom = Math.Min(top + PanelRows, a.Rows);
        for (var j = 0; j < b.Rows; j += Tile)
        {
            for (var i = top; i < bottom; i += Tile)
            {
                if (i + Tile <= bottom && j + Tile <= b.Rows) FourByFour(a, i, b, j, result);
                else
                {
                    for (var r = i; r < Math.Min(i + Tile, bottom); r++)
                        for (var c = j; c < Math.Min(j + Tile, b.Rows); c++) result[r, c] = (float)Dot(a.Row(r), b.Row(c));
                }
            }
        }
    }

    private static void FourByFour(Matrix a, int i, Matrix b, int j, Matrix result)
    {
        var n = a.Columns;
        ref var a0 = ref MemoryMarshal.GetReference(a.Row(i));
        ref var b0 = ref MemoryMarshal.GetReference(b.Row(j));
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        var k = 0;
        for (; k <= n - 16; k += 16)
        {
            var (y0, y1) = (At(ref b0, k), At(ref b0, n + k));
            var (y2, y3) = (At(ref b0, (2 * n) + k), At(ref b0, (3 * n) + k));
            var x = At(ref a0, k);
            (s00, s01, s02, s03) = (Fma(x, y0, s00), Fma(x, y1, s01), Fma(x, y2, s02), Fma(x, y3, s03));
            x = At(ref a0, n + k);
            (s10, s11, s12, s13) = (Fma(x, y0, s10), Fma(x, y1, s11), Fma(x, y2, s12), Fma(x, y3, s13));
            x = At(ref a0, (2 * n) + k);
            (s20, s21, s22, s23) = (Fma(x, y0, s20), Fma(x, y1, s21), Fma(x, y2, s22), Fma(x, y3, s23));
            x = At(ref a0, (3 * n) + k);
            (s30, s31, s32, s33) = (Fma(x, y0, s30), Fma(x, y1, s31), Fma(x, y2, s32), Fma(x, y3, s33));
        }

        ReadOnlySpan<Vector512<float>> sums = [s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33];
        for (var cell = 0; cell < sums.Length; cell++)
        {
            var (r, c) = (i + (cell / Tile), j + (cell % Tile));
            var tail = 0.0;
            for (var rest = k; rest < n; rest++) tail += a[r, rest] * (double)b[c, rest];
            result[r, c] = (float)(Vector512.Sum(sums[cell]) + tail);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> At(ref float start, int offset) => Vector512.LoadUnsafe(ref start, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> x, Vector512<float> y, Vector512<float> sum) => Vector512.FusedMultiplyAdd(x, y, sum);
}
