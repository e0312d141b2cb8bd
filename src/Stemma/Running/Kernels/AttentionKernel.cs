using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stemma.Running.Kernels;

/// <summary>
/// The two products of attention for four queries at once, so that each key and value is fetched once for four. Keys lie in blocks of 16 positions,
/// dimension by dimension; values position by position.
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Positions in a block of keys, and numbers in a register.</summary>
    public const int Block = 16;

    /// <summary>Queries that are worked on together.</summary>
    public const int Queries = 4;

    /// <summary>Inner products with the keys of whole blocks, times a scale.</summary>
    /// <param name="q">Four queries; the same one may be given several times.</param>
    /// <param name="keys">The first block, [blocks][size][16].</param>
    /// <param name="size">Numbers in a query.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="scores">Four rows, each as many floats as <paramref name="stride"/>.</param>
    /// <param name="stride">Floats from one query's scores to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(float** q, float* keys, int size, int blocks, float scale, float* scores, int stride)
    {
        float* q0 = q[0], q1 = q[1], q2 = q[2], q3 = q[3];
        var factor = Vector512.Create(scale);
        for (var block = 0; block < blocks; block++)
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            var d = 0;
            for (; d <= size - 2; d += 2)
            {
                var (k, l) = (Vector512.Load(keys), Vector512.Load(keys + Block));
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(q0[d]), k, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(q1[d]), k, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(q2[d]), k, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(q3[d]), k, s3);
                t0 = Vector512.FusedMultiplyAdd(Vector512.Create(q0[d + 1]), l, t0);
                t1 = Vector512.FusedMultiplyAdd(Vector512.Create(q1[d + 1]), l, t1);
                t2 = Vector512.FusedMultiplyAdd(Vector512.Create(q2[d + 1]), l, t2);
                t3 = Vector512.FusedMultiplyAdd(Vector512.Create(q3[d + 1]), l, t3);
                keys += 2 * Block;
            }

            if (d < size)
            {
                var k = Vector512.Load(keys);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(q0[d]), k, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(q1[d]), k, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(q2[d]), k, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(q3[d]), k, s3);
                keys += Block;
            }

            var to = scores + (block * Block);
            ((s0 + t0) * factor).Store(to);
            ((s1 + t1) * factor).Store(to + stride);
            ((s2 + t2) * factor).Store(to + (2 * stride));
            ((s3 + t3) * factor).Store(to + (3 * stride));
        }
    }

    /// <summary>Sums of values weighted by four rows of probabilities.</summary>
    /// <param name="shares">Four rows of <paramref name="positions"/> floats, <paramref name="stride"/> apart.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="values">The first position's values.</param>
    /// <param name="width">Floats from one position's values to the next one's, a multiple of 16.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="mixed">Four rows of <paramref name="width"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mix(float* shares, int stride, float* values, int width, int positions, float* mixed)
    {
        float* p0 = shares, p1 = shares + stride, p2 = shares + (2 * stride), p3 = shares + (3 * stride);
        var left = 0;
        for (; left <= width - 32; left += 32)
        {
            Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
            var v = values + left;
            for (var at = 0; at < positions; at++, v += width)
            {
                var (v0, v1) = (Vector512.Load(v), Vector512.Load(v + 16));
                var p = Vector512.Create(p0[at]);
                (a0, a1) = (Vector512.FusedMultiplyAdd(p, v0, a0), Vector512.FusedMultiplyAdd(p, v1, a1));
                p = Vector512.Create(p1[at]);
                (b0, b1) = (Vector512.FusedMultiplyAdd(p, v0, b0), Vector512.FusedMultiplyAdd(p, v1, b1));
                p = Vector512.Create(p2[at]);
                (c0, c1) = (Vector512.FusedMultiplyAdd(p, v0, c0), Vector512.FusedMultiplyAdd(p, v1, c1));
                p = Vector512.Create(p3[at]);
                (d0, d1) = (Vector512.FusedMultiplyAdd(p, v0, d0), Vector512.FusedMultiplyAdd(p, v1, d1));
            }

            Store(mixed + left, width, a0, b0, c0, d0);
            Store(mixed + left + 16, width, a1, b1, c1, d1);
        }

        if (left == width) return;
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var at = 0; at < positions; at++)
        {
            var v = Vector512.Load(values + ((nint)at * width) + left);
            a = Vector512.FusedMultiplyAdd(Vector512.Create(p0[at]), v, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(p1[at]), v, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(p2[at]), v, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(p3[at]), v, d);
        }

        Store(mixed + left, width, a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* mixed, int width, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        a.Store(mixed);
        b.Store(mixed + width);
        c.Store(mixed + (2 * width));
        d.Store(mixed + (3 * width));
    }
}
