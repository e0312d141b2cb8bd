using System.Buffers;

namespace Stemma.Running.Kernels;

/// <summary>Rows of floats lent from a pool, one for each token. What stands in them at first is arbitrary.</summary>
internal sealed class Rows(int count, int width) : IDisposable
{
    private float[]? _data = ArrayPool<float>.Shared.Rent(Math.Max(1, checked(count * width)));

    public int Count => count;

    public int Width => width;

    /// <summary>[count, width], and room behind it.</summary>
    public float[] Data => _data ?? throw new ObjectDisposedException(nameof(Rows));

    public Span<float> All => Data.AsSpan(0, count * width);

    public Span<float> this[int row] => Data.AsSpan(row * width, width);

    public void Dispose()
    {
        if (_data is { } lent) ArrayPool<float>.Shared.Return(lent);
        _data = null;
    }
}
