using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Arithmetic;

/// <summary>
/// A uniformly (Haar) distributed orthogonal matrix as a product of Householder reflections of normal vectors of falling length (Stewart, SIAM J. Numer.
/// Anal. 17, 1980). Built in n³ operations and held in n² numbers, so it is for widths up to a few thousand.
/// </summary>
internal sealed class HaarRotation : IRotation
{
    /// <summary>Rows that are turned at once: enough for a product of matrices.</summary>
    private const int Block = 64;

    /// <summary>Row j holds column j of Q, so that x Q is a list of inner products.</summary>
    private readonly Matrix _columns;

    private readonly ConcurrentBag<(Matrix Before, Matrix After)> _buffers = [];

    public HaarRotation(int size, ulong seed)
    {
        // Each row of the product is reflected by itself, so rows are independent: Q = diag(signs) H(1) ... H(n).
        var reflections = new double[size][];
        for (var k = 0; k < size; k++) reflections[k] = Reflection(size - k, new Draws(seed, $"haar {k}"));
        var signs = new Draws(seed, "haar signs");
        _columns = new Matrix(size, size);
        Parallel.For(0, size, row =>
        {
            var x = new double[size];
            x[row] = signs.Sign(row);
            for (var k = size - 1; k >= 0; k--) Reflect(x.AsSpan(k), reflections[k]);
            for (var i = 0; i < size; i++) _columns[row, i] = (float)x[i];
        });
    }

    public void Apply(long first, Span<float> rows, int columns)
    {
        if (!_buffers.TryTake(out var buffer)) buffer = (new Matrix(Block, columns), new Matrix(Block, columns));
        for (var at = 0; at < rows.Length; at += Block * columns)
        {
            var block = rows.Slice(at, Math.Min(Block * columns, rows.Length - at));
            block.CopyTo(buffer.Before.Data);
            Products.MultiplyTransposed(buffer.Before, _columns, buffer.After);
            buffer.After.Data.AsSpan(0, block.Length).CopyTo(block);
        }

        _buffers.Add(buffer);
    }

    /// <summary>A unit vector along which to reflect: v = u + sign(u₀) |u| e₀, scaled.</summary>
    private static double[] Reflection(int length, Draws draws)
    {
        var v = new double[length];
        for (var i = 0; i < length; i++) v[i] = draws.Normal(i);
        v[0] += Math.CopySign(Math.Sqrt(Dot(v, v)), v[0]);
        var norm = Math.Sqrt(Dot(v, v));
        if (norm == 0) v[0] = norm = 1;
        for (var i = 0; i < length; i++) v[i] /= norm;
        return v;
    }

    private static void Reflect(Span<double> x, double[] v)
    {
        var twice = 2 * Dot(x, v);
        if (twice == 0) return;
        var factor = Vector512.Create(-twice);
        var i = 0;
        for (; i <= v.Length - 8; i += 8)
            Vector512.FusedMultiplyAdd(factor, Vector512.Create(v.AsSpan(i, 8)), Vector512.Create((ReadOnlySpan<double>)x.Slice(i, 8))).CopyTo(x.Slice(i, 8));
        for (; i < v.Length; i++) x[i] -= twice * v[i];
    }

    /// <summary>In eight fixed lanes: the same bits on every machine.</summary>
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (sums, tail, i) = (Vector512<double>.Zero, 0.0, 0);
        for (; i <= b.Length - 8; i += 8) sums = Vector512.FusedMultiplyAdd(Vector512.Create(a.Slice(i, 8)), Vector512.Create(b.Slice(i, 8)), sums);
        for (; i < b.Length; i++) tail += a[i] * b[i];
        return Vector512.Sum(sums) + tail;
    }
}
