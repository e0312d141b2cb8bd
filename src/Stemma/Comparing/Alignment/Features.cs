using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Comparing.Alignment;

/// <summary>Rows of features, each of unit length (or zero): [rows, width], ready for cosines.</summary>
public sealed class Features
{
    private readonly float[] _numbers;

    public Features(int rows, int width)
    {
        (Rows, Width) = (rows, width);
        _numbers = new float[(long)rows * width];
    }

    public int Rows { get; }
    public int Width { get; }

    public Span<float> this[int row] => _numbers.AsSpan(row * Width, Width);

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
    internal static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count) sum += Vector512.Create(x[i..]) * Vector512.Create(y[i..]);
        var total = Vector512.Sum(sum);
        for (; i < x.Length; i++) total += x[i] * y[i];
        return total;
    }

    /// <summary>Cosines of one row with every row of <paramref name="other"/>; four at a time, so that the row is loaded once for four.</summary>
    internal void Cosines(int row, Features other, Span<float> cosines)
    {
        ref var x = ref MemoryMarshal.GetReference(this[row]);
        ref var all = ref MemoryMarshal.GetArrayDataReference(other._numbers);
        var whole = Width & ~(Vector512<float>.Count - 1);
        var j = 0;
        for (; j <= other.Rows - 4; j += 4)
        {
            ref var y = ref Unsafe.Add(ref all, (nint)j * Width);
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (var i = 0; i < whole; i += Vector512<float>.Count)
            {
                var value = Vector512.LoadUnsafe(ref x, (nuint)i);
                sum0 += value * Vector512.LoadUnsafe(ref y, (nuint)i);
                sum1 += value * Vector512.LoadUnsafe(ref y, (nuint)(i + Width));
                sum2 += value * Vector512.LoadUnsafe(ref y, (nuint)(i + (2 * Width)));
                sum3 += value * Vector512.LoadUnsafe(ref y, (nuint)(i + (3 * Width)));
            }

            (cosines[j], cosines[j + 1], cosines[j + 2], cosines[j + 3]) = (Vector512.Sum(sum0), Vector512.Sum(sum1), Vector512.Sum(sum2), Vector512.Sum(sum3));
            for (var i = whole; i < Width; i++)
                for (var k = 0; k < 4; k++) cosines[j + k] += Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i + (k * Width));
        }

        for (; j < other.Rows; j++) cosines[j] = Dot(this[row], other[j]);
    }
}
