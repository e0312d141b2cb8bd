using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stemma.Running.Kernels;

/// <summary>How weights lie in memory: gives 32 of them as floats.</summary>
internal unsafe interface IStored
{
    static abstract int Bytes { get; }

    static abstract (Vector512<float> Lower, Vector512<float> Upper) Load(byte* weights, nint at);

    static abstract float One(byte* weights, nint at);
}

/// <summary>BF16 is the upper half of a float: widening is a shift.</summary>
internal readonly unsafe struct StoredBFloat16 : IStored
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Lower, Vector512<float> Upper) Load(byte* weights, nint at)
    {
        var (lower, upper) = Vector512.Widen(Vector512.Load((ushort*)weights + at));
        return ((lower << 16).AsSingle(), (upper << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float One(byte* weights, nint at) => BitConverter.UInt32BitsToSingle((uint)((ushort*)weights)[at] << 16);
}

internal readonly unsafe struct StoredFloat : IStored
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Lower, Vector512<float> Upper) Load(byte* weights, nint at) =>
        (Vector512.Load((float*)weights + at), Vector512.Load((float*)weights + at + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float One(byte* weights, nint at) => ((float*)weights)[at];
}

/// <summary>
/// Inner products of rows of weights with a few vectors, reading each weight once. Every product is summed in the same 32 lanes whatever number of
/// vectors is worked on, so a token's numbers do not depend on its companions.
/// </summary>
internal static unsafe class DotKernel
{
    /// <summary>y[v * yStride + row] for every row and vector.</summary>
    /// <param name="weights">First row, rows without gaps.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="length">Numbers in a row and in a vector.</param>
    /// <param name="x">Vectors one after another.</param>
    /// <param name="vectors">How many.</param>
    /// <param name="y">Where the first row's product with the first vector goes.</param>
    /// <param name="yStride">Floats from one vector's products to the next one's.</param>
    public static void Multiply<TStored>(byte* weights, int rows, int length, float* x, int vectors, float* y, int yStride)
        where TStored : struct, IStored
    {
        var row = 0;
        if (vectors == 1) for (; row <= rows - 2; row += 2) Two<TStored>(weights + ((nint)row * length * TStored.Bytes), length, x, y + row);
        for (; row < rows; row++)
        {
            var at = weights + ((nint)row * length * TStored.Bytes);
            var v = 0;
            for (; v <= vectors - 4; v += 4) Four<TStored>(at, length, x + ((nint)v * length), y + ((nint)v * yStride) + row, yStride);
            for (; v < vectors; v++) y[((nint)v * yStride) + row] = One<TStored>(at, length, x + ((nint)v * length));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One<TStored>(byte* w, int length, float* x)
        where TStored : struct, IStored
    {
        var (s0, s1) = (Vector512<float>.Zero, Vector512<float>.Zero);
        nint i = 0;
        for (; i <= length - 32; i += 32)
        {
            var (lower, upper) = TStored.Load(w, i);
            s0 = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x + i), s0);
            s1 = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x + i + 16), s1);
        }

        var sum = Vector512.Sum(s0 + s1);
        for (; i < length; i++) sum += TStored.One(w, i) * x[i];
        return sum;
    }

    /// <summary>Two rows with one vector: two streams of weights for the processor to read ahead in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<TStored>(byte* w, int length, float* x, float* y)
        where TStored : struct, IStored
    {
        var w1 = w + ((nint)length * TStored.Bytes);
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default;
        nint i = 0;
        for (; i <= length - 32; i += 32)
        {
            var (x0, x1) = (Vector512.Load(x + i), Vector512.Load(x + i + 16));
            var (lower, upper) = TStored.Load(w, i);
            a0 = Vector512.FusedMultiplyAdd(lower, x0, a0);
            a1 = Vector512.FusedMultiplyAdd(upper, x1, a1);
            (lower, upper) = TStored.Load(w1, i);
            b0 = Vector512.FusedMultiplyAdd(lower, x0, b0);
            b1 = Vector512.FusedMultiplyAdd(upper, x1, b1);
        }

        var (a, b) = (Vector512.Sum(a0 + a1), Vector512.Sum(b0 + b1));
        for (; i < length; i++)
        {
            a += TStored.One(w, i) * x[i];
            b += TStored.One(w1, i) * x[i];
        }

        (y[0], y[1]) = (a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TStored>(byte* w, int length, float* x, float* y, int yStride)
        where TStored : struct, IStored
    {
        float* x1 = x + length, x2 = x + (2 * (nint)length), x3 = x + (3 * (nint)length);
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        nint i = 0;
        for (; i <= length - 32; i += 32)
        {
            var (lower, upper) = TStored.Load(w, i);
            a0 = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x + i), a0);
            a1 = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x + i + 16), a1);
            b0 = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x1 + i), b0);
            b1 = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x1 + i + 16), b1);
            c0 = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x2 + i), c0);
            c1 = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x2 + i + 16), c1);
            d0 = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x3 + i), d0);
            d1 = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x3 + i + 16), d1);
        }

        var (a, b, c, d) = (Vector512.Sum(a0 + a1), Vector512.Sum(b0 + b1), Vector512.Sum(c0 + c1), Vector512.Sum(d0 + d1));
        for (; i < length; i++)
        {
            var one = TStored.One(w, i);
            a += one * x[i];
            b += one * x1[i];
            c += one * x2[i];
            d += one * x3[i];
        }

        (y[0], y[yStride], y[2 * (nint)yStride], y[3 * (nint)yStride]) = (a, b, c, d);
    }
}
