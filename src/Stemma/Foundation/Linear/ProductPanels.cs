using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>
/// The inside of a product. The layout follows Goto and van de Geijn (ACM TOMS 34, 2008): panels of 64 columns of B are packed so that they are read in order from a near cache,
/// a few rows of A meet all of them before the next rows come, and a tile of the result stays in registers.
/// </summary>
internal static class ProductPanels
{
    /// <summary>Columns of a panel.</summary>
    public const int Columns = 64;

    /// <summary>Rows of a tile, rows of A that meet all packed panels before the next do, and rows of B that are packed at a time.</summary>
    private const int TileRows = 6, NearRows = 24, Depth = 256;

    /// <summary>Panels that so many columns make.</summary>
    public static int Of(int columns) => (columns + Columns - 1) / Columns;

    /// <summary>Adds the products of some rows of A with some panels of B.</summary>
    /// <param name="a">Left.</param>
    /// <param name="first">The first of its rows.</param>
    /// <param name="count">How many; they go to the first rows of the result.</param>
    /// <param name="b">Right.</param>
    /// <param name="result">Where the sums stand.</param>
    /// <param name="panel">The first panel.</param>
    /// <param name="panels">How many.</param>
    /// <param name="turned">B is given as its transpose.</param>
    public static void Add(Matrix a, int first, int count, Matrix b, Matrix result, int panel, int panels, bool turned)
    {
        const int Packed = Depth * Columns;
        var packed = ArrayPool<float>.Shared.Rent(Packed * panels);
        for (var top = 0; top < a.Columns; top += Depth)
        {
            var depth = Math.Min(Depth, a.Columns - top);
            for (var p = 0; p < panels; p++)
            {
                var left = (panel + p) * Columns;
                var room = packed.AsSpan(p * Packed, Packed);
                if (turned) PackTurned(b, left, Math.Min(Columns, result.Columns - left), top, depth, room);
                else Pack(b, left, Math.Min(Columns, result.Columns - left), top, depth, room);
            }

            for (var near = 0; near < count; near += NearRows)
                for (var p = 0; p < panels; p++) AddTiles(a, first, near, Math.Min(count, near + NearRows), top, depth, ref packed[p * Packed], result, (panel + p) * Columns);
        }

        ArrayPool<float>.Shared.Return(packed);
    }

    /// <summary>Rows from <paramref name="from"/> up to <paramref name="to"/> of the result. At the edges the sums pass through a room of their own, of which the surplus is not taken over.</summary>
    private static void AddTiles(Matrix a, int first, int from, int to, int top, int depth, ref float packed, Matrix result, int left)
    {
        Span<float> room = stackalloc float[TileRows * Columns];
        var width = Math.Min(Columns, result.Columns - left);
        for (var i = from; i < to; i += TileRows)
        {
            var rows = Math.Min(TileRows, to - i);
            if (rows == TileRows && width == Columns)
            {
                Tile(a, first + i, rows, top, depth, ref packed, ref result.Data[(i * result.Columns) + left], result.Columns);
                continue;
            }

            for (var r = 0; r < rows; r++) result.Row(i + r).Slice(left, width).CopyTo(room.Slice(r * Columns));
            Tile(a, first + i, rows, top, depth, ref packed, ref room[0], Columns);
            for (var r = 0; r < rows; r++) room.Slice(r * Columns, width).CopyTo(result.Row(i + r)[left..]);
        }
    }

    /// <summary>Columns beyond the matrix are packed as zeros and not stored.</summary>
    private static void Pack(Matrix b, int left, int width, int top, int depth, Span<float> packed)
    {
        for (var k = 0; k < depth; k++)
        {
            var line = packed.Slice(k * Columns, Columns);
            b.Row(top + k).Slice(left, width).CopyTo(line);
            line[width..].Clear();
        }
    }

    /// <summary>The same from rows of Bᵀ: a few numbers of each row at a time, so that the lines they go to stay near.</summary>
    private static void PackTurned(Matrix b, int left, int width, int top, int depth, Span<float> packed)
    {
        const int Few = 16;
        if (width < Columns) packed[..(depth * Columns)].Clear();
        ref var to = ref MemoryMarshal.GetReference(packed);
        for (var first = 0; first < depth; first += Few)
        {
            var last = Math.Min(first + Few, depth);
            for (var j = 0; j < width; j++)
            {
                ref var row = ref b.Data[((left + j) * b.Columns) + top];
                for (var k = first; k < last; k++) Unsafe.Add(ref to, (k * Columns) + j) = Unsafe.Add(ref row, k);
            }
        }
    }

    /// <summary>Adds the products of six rows with a packed panel to six rows of 64 sums, so many floats apart; fewer rows are done by repeating the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(Matrix a, int row, int rows, int top, int depth, ref float b, ref float sums, int stride)
    {
        ref var a0 = ref MemoryMarshal.GetReference(a.Row(row)[top..]);
        ref var a1 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(1, rows - 1))[top..]);
        ref var a2 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(2, rows - 1))[top..]);
        ref var a3 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(3, rows - 1))[top..]);
        ref var a4 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(4, rows - 1))[top..]);
        ref var a5 = ref MemoryMarshal.GetReference(a.Row(row + Math.Min(5, rows - 1))[top..]);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default, s43 = default, s50 = default, s51 = default, s52 = default, s53 = default;
        for (var k = 0; k < depth; k++)
        {
            ref var line = ref Unsafe.Add(ref b, k * Columns);
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
            x = Vector512.Create(Unsafe.Add(ref a4, k));
            (s40, s41, s42, s43) = (Fma(x, b0, s40), Fma(x, b1, s41), Fma(x, b2, s42), Fma(x, b3, s43));
            x = Vector512.Create(Unsafe.Add(ref a5, k));
            (s50, s51, s52, s53) = (Fma(x, b0, s50), Fma(x, b1, s51), Fma(x, b2, s52), Fma(x, b3, s53));
        }

        AddTo(ref sums, s00, s01, s02, s03);
        AddTo(ref Unsafe.Add(ref sums, stride), s10, s11, s12, s13);
        AddTo(ref Unsafe.Add(ref sums, 2 * stride), s20, s21, s22, s23);
        AddTo(ref Unsafe.Add(ref sums, 3 * stride), s30, s31, s32, s33);
        AddTo(ref Unsafe.Add(ref sums, 4 * stride), s40, s41, s42, s43);
        AddTo(ref Unsafe.Add(ref sums, 5 * stride), s50, s51, s52, s53);
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
