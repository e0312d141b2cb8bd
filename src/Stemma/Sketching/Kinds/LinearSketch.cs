using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kinds;

/// <summary>
/// Two-sided linear sketch S_L W S_R of a matrix, [size, size]: entry (a, b) sums sign(u) sign(i) w(u, i) over units u = a and inner indices i = b modulo size.
/// Inner products of matrices are kept in expectation, with a standard error of about 1 / size of the product of their norms.
/// </summary>
public static class LinearSketch
{
    /// <summary>Adds one unit's 64 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddUnit(Span<float> sketch, int size, long unit, ReadOnlySpan<float> unitSketch)
    {
        var row = sketch.Slice((int)(unit % size) * size, size);
        var sign = Recipe.OuterSign(unit);
        var signs = Vector512.Create(sign);
        for (var b = 0; b < Recipe.Projection; b += size)
        {
            var chunk = unitSketch.Slice(b, size);
            var done = 0;
            for (; done <= size - Vector512<float>.Count; done += Vector512<float>.Count)
            {
                ref var target = ref row[done];
                (Vector512.LoadUnsafe(ref target) + (signs * Vector512.LoadUnsafe(in chunk[done]))).StoreUnsafe(ref target);
            }

            for (; done < size; done++) row[done] += sign * chunk[done];
        }
    }

    /// <summary>The sketch of a matrix whose units are all at hand.</summary>
    internal static float[] OfUnits(UnitTable table, int size)
    {
        var sketch = new float[size * size];
        for (var u = 0; u < table.Units; u++) AddUnit(sketch, size, u, table.Of(u));
        return sketch;
    }

    /// <summary>Folds a larger sketch to a smaller one, as if it had been made so small (up to rounding).</summary>
    public static float[] Shrink(ReadOnlySpan<float> sketch, int from, int to)
    {
        var small = new float[to * to];
        for (var a = 0; a < from; a++)
            for (var b = 0; b < from; b++)
                small[(a % to * to) + (b % to)] += sketch[(a * from) + b];
        return small;
    }

    /// <summary>Removes a matrix' mean from its sketch: S((W - m) diag(f)) = S(W diag(f)) - m S(1 diag(f)).</summary>
    /// <param name="sketch">[size, size]; changed in place.</param>
    /// <param name="size">Side of the sketch.</param>
    /// <param name="units">Units of the matrix.</param>
    /// <param name="factors">Sign times gain per inner index.</param>
    /// <param name="mean">Mean of the stored numbers.</param>
    internal static void Centre(Span<float> sketch, int size, long units, ReadOnlySpan<float> factors, double mean)
    {
        var left = new double[size];
        var right = new double[size];
        for (long u = 0; u < units; u++) left[u % size] += Recipe.OuterSign(u);
        for (var i = 0; i < factors.Length; i++) right[i % size] += factors[i];
        for (var a = 0; a < size; a++)
            for (var b = 0; b < size; b++) sketch[(a * size) + b] = (float)(sketch[(a * size) + b] - (mean * left[a] * right[b]));
    }
}
