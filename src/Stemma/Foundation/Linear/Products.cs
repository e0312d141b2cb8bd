using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>
/// Products of matrices in 16 fixed lanes of float: the same bits for any SIMD width and thread count. The layout follows Goto and van de Geijn (ACM TOMS 34, 2008):
/// panels of B are packed so that they are read in order from the nearest cache, and a tile of the result stays in registers.
/// </summary>
public static class Products
{
    private const int TileRows = 4, TileColumns = 64, Depth = 256;

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
        for (var left = 0; left < b.Columns; left += TileColumns) Panel(a, first, count, b, result, left, turned: false);
    }

    /// <param name="turned">B is given as its transpose.</param>
    private static void Add(Matrix a, Matrix b, Matrix result, bool turned)
    {
        var panels = (result.Columns + TileColumns - 1) / TileColumns;
        if ((long)a.Rows * a.Columns * result.Columns < Small) for (var panel = 0; panel < panels; panel++) Panel(a, 0, a.Rows, b, result, panel * TileColumns, turned);
        else Parallel.For(0, panels, panel => Panel(a, 0, a.Rows, b, result, panel * TileColumns, turned));
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

    /// <summary>64 columns of the result of some rows. Columns beyond the matrix are packed as zeros and not stored.</summary>
    private static void Panel(Matrix a, int first, int count, Matrix b, Matrix result, int left, bool turned)
    {
        var width = Math.Min(TileColumns, result.Columns - left);
        var packed = ArrayPool<float>.Shared.Rent(Depth * TileColumns);
        Span<float> room = stackalloc float[TileRows * TileColumns];
        for (var top = 0; top < a.Columns; top += Depth)
        {
            var depth = Math.Min(Depth, a.Columns - top);
            if (turned) PackTurned(b, left, width, top, depth, packed);
            else Pack(b, left, width, top, depth, packed);
            for (var i = 0; i < count; i += TileRows)
            {
                var rows = Math.Min(TileRows, count - i);
                if (rows == TileRows && width == TileColumns)
                {
                    Tile(a, first + i, rows, top, depth, packed, ref result.Data[(i * result.Columns) + left], result.Columns);
                    continue;
                }

                // At the edges the sums pass through a room of their own, of which the surplus is not taken over.
                for (var r = 0; r < rows; r++) result.Row(i + r).Slice(left, width).CopyTo(room.Slice(r * TileColumns));
                Tile(a, first + i, rows, top, depth, packed, ref room[0], TileColumns);
                for (var r = 0; r < rows; r++) room.Slice(r * TileColumns, width).CopyTo(result.Row(i + r)[left..]);
            }
        }

        ArrayPool<float>.Shared.Return(packed);
    }

    private static void Pack(Matrix b, int left, int width, int top, int depth, float[] packed)
    {
        for (var k = 0; k < depth; k++)
        {
            var line = packed.AsSpan(k * TileColumns, TileColumns);
            b.Row(top + k).Slice(left, width).CopyTo(line);
            line[width..].Clear();
        }
    }

    /// <summary>The same from rows of Bᵀ: a few numbers of each row at a time, so that the lines they go to stay near.</summary>
    private static void PackTurned(Matrix b, int left, int width, int top, int depth, float[] packed)
    {
        const int Few = 16;
        if (width < TileColumns) packed.AsSpan(0, depth * TileColumns).Clear();
        for (var first = 0; first < depth; first += Few)
        {
            var last = Math.Min(first + Few, depth);
            for (var j = 0; j < width; j++)
            {
                var row = b.Row(left + j).Slice(top, depth);
                for (var k = first; k < last; k++) packed[(k * TileColumns) + j] = row[k];
            }
        }
    }

    /// <summary>Adds the products of four rows with a packed panel to four rows of 64 sums, so many floats apart; fewer rows are done by repeating the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(Matrix a, int row, int rows, int top, int depth, float[] packed, ref float sums, int stride)
    {
        ref var a0 = ref MemoryMarshal.GetReference(a.Row(row)[top..]);
        ref var a1 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(1, rows - 1))[top..]);
        ref var a2 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(2, rows - 1))[top..]);
        ref var a3 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(3, rows - 1))[top..]);
        ref var b = ref MemoryMarshal.GetArrayDataReference(packed);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        for (var k = 0; k < depth; k++)
        {
            ref var line = ref Unsafe.Add(ref b, k * TileColumns);
            var (b0, b1) = (Vector512.LoadUnsafe(ref line), Vector512.LoadUnsafe(ref line, 16));
            var (b2, b3) = (Vector512.LoadUnsafe(ref line, 32), Vector512.LoadUnsafe(ref line, 48));
            var x = Vector512.Create(Unsafe.Add(ref a0, k));
            (s00, s01, s02, s03) = (Fma(x, b0, s00), Fma(x, b1, s01), Fma(x, b2, s02), Fma(x, b3, s03));
            x = Vector512.Create(Unsafe.Add(ref a1, k));
            (s10, s11, s12, s13) = (Fma(x, b0, s10), Fma(x, b1, s11), Fma(x, b2, s12), Fma(x, b3, s13));
            x = Vector512.Create(Unsafe.Add(ref a2, k));
            (s20, s21, s22, s23) = (Fma(x, b0, s20), Fma(x, b1, s21), Fma(x, b2, s22), Fma(x, b3, s23));
            x = Vector512.Create(Unsafe.Add(ref a3, k));
            (s30, s31, s32, s33) = (Fma(x, b0, s30), Fma(x, b1, s31), Fma(x, b2, s32), Fma(x, b3, s33));
        }

        AddTo(ref sums, s00, s01, s02, s03);
        AddTo(ref Unsafe.Add(ref sums, stride), s10, s11, s12, s13);
        AddTo(ref Unsafe.Add(ref sums, 2 * stride), s20, s21, s22, s23);
        AddTo(ref Unsafe.Add(ref sums, 3 * stride), s30, s31, s32, s33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(ref float line, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3)
    {
        (Vector512.LoadUnsafe(ref line) + v0).StoreUnsafe(ref line);
        (Vector512.LoadUnsafe(ref line, 16) + v1).StoreUnsafe(ref line, 16);
        (Vector512.LoadUnsafe(ref line, 32) + v2).StoreUnsafe(ref line, 32);
        (Vector512.LoadUnsafe(ref line, 48) + v3).StoreUnsafe(ref line, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> x, Vector512<float> y, Vector512<float> sum) => Vector512.FusedMultiplyAdd(x, y, sum);
}
