using System.Runtime.Intrinsics;

namespace Stemma.Deriving.Arithmetic;

/// <summary>
/// A random orthogonal map in n log n operations: rounds of a signed permutation and Walsh-Hadamard transforms of blocks whose lengths are the binary
/// digits of n (after Ailon and Chazelle 2006, whose fast Johnson-Lindenstrauss transform has one round). Not Haar distributed, but every
/// dimension reaches every other one.
/// </summary>
internal sealed class FastRotation : IRotation
{
    private const int Rounds = 3, Lanes = 16;

    private readonly Renumbering[] _rounds = new Renumbering[Rounds];

    public FastRotation(int size, ulong seed)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var signs = new Draws(seed, $"signs {round}");
            var order = new Draws(seed, $"order {round}").Order(size);
            _rounds[round] = new(order, Array.ConvertAll(order, i => signs.Sign(i)));
        }
    }

    public void Apply(long first, Span<float> rows, int columns)
    {
        for (var at = 0; at < rows.Length; at += columns) Apply(rows.Slice(at, columns));
    }

    private void Apply(Span<float> x)
    {
        var buffer = System.Buffers.ArrayPool<float>.Shared.Rent(x.Length);
        var y = buffer.AsSpan(0, x.Length);
        foreach (var round in _rounds)
        {
            for (var i = 0; i < y.Length; i++) y[i] = x[round.From[i]] * round.Signs![i];
            var start = 0;
            for (var block = 1 << 30; block > 0; block >>= 1)
            {
                if ((x.Length & block) == 0) continue;
                Hadamard(y.Slice(start, block));
                start += block;
            }

            y.CopyTo(x);
        }

        System.Buffers.ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>The orthonormal Walsh-Hadamard transform of a power of two.</summary>
    private static void Hadamard(Span<float> x)
    {
        var half = 1;
        if (x.Length >= Lanes)
        {
            for (var i = 0; i < x.Length; i += Lanes) WithinLanes(Vector512.Create((ReadOnlySpan<float>)x.Slice(i, Lanes))).CopyTo(x.Slice(i, Lanes));
            half = Lanes;
        }

        for (; half < x.Length; half <<= 1)
        {
            for (var start = 0; start < x.Length; start += 2 * half) Butterfly(x.Slice(start, half), x.Slice(start + half, half));
        }

        var scale = (float)(1 / Math.Sqrt(x.Length));
        foreach (ref var value in x) value *= scale;
    }

    /// <summary>Sums and differences of two halves.</summary>
    private static void Butterfly(Span<float> a, Span<float> b)
    {
        var i = 0;
        for (; i <= a.Length - Lanes; i += Lanes)
        {
            var (p, q) = (Vector512.Create((ReadOnlySpan<float>)a.Slice(i, Lanes)), Vector512.Create((ReadOnlySpan<float>)b.Slice(i, Lanes)));
            (p + q).CopyTo(a.Slice(i, Lanes));
            (p - q).CopyTo(b.Slice(i, Lanes));
        }

        for (; i < a.Length; i++) (a[i], b[i]) = (a[i] + b[i], a[i] - b[i]);
    }

    /// <summary>The first four steps, among sixteen neighbours: each lane meets the one whose number differs in one bit, and the upper one of the two changes its sign.</summary>
    private static Vector512<float> WithinLanes(Vector512<float> x)
    {
        var lanes = Vector512<int>.Indices;
        for (var bit = 1; bit < Lanes; bit <<= 1)
        {
            var upper = Vector512.Equals(lanes & Vector512.Create(bit), Vector512.Create(bit)).AsSingle();
            x = Vector512.Shuffle(x, lanes ^ Vector512.Create(bit)) + Vector512.ConditionalSelect(upper, -x, x);
        }

        return x;
    }
}
