using System.Runtime.Intrinsics;

namespace Stemma.Comparing.Alignment;

/// <summary>Rows of features, each of unit length (or zero): [rows, width], ready for cosines.</summary>
public sealed class Features
{
    private readonly float[] numbers;

    public Features(int rows, int width)
    {
        (Rows, Width) = (rows, width);
        numbers = new float[(long)rows * width];
    }

    public int Rows { get; }
    public int Width { get; }

    public Span<float> this[int row] => numbers.AsSpan(row * Width, Width);

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

    internal static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector512<float>.Count; i += Vector512<float>.Count) sum += Vector512.Create(x[i..]) * Vector512.Create(y[i..]);
        var total = 0f;
        for (var lane = 0; lane < Vector512<float>.Count; lane++) total += sum[lane];
        for (; i < x.Length; i++) total += x[i] * y[i];
        return total;
    }
}
