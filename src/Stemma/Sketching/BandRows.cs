using Stemma.Checkpoints.Tensors;
using Stemma.Sketching.Kernels;

namespace Stemma.Sketching;

/// <summary>
/// Rows of a matrix as the kernels read them. Numbers that a kernel cannot load are decoded when they are asked for, a row or a tile of one at a time,
/// so that the floats are summed before they leave the cache.
/// </summary>
internal readonly ref struct BandRows
{
    private readonly ReadOnlySpan<byte> _stored;
    private readonly Span<float> _decoded;
    private readonly TensorType _type;
    private readonly long _rowBytes;

    /// <param name="type">How the numbers are stored.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="stored">Whole rows.</param>
    /// <param name="decoded">Room for <paramref name="columns"/> floats; not used for numbers that are loaded as they are stored.</param>
    public BandRows(TensorType type, long columns, ReadOnlySpan<byte> stored, Span<float> decoded)
    {
        _type = type;
        _stored = stored;
        _decoded = decoded;
        _rowBytes = type.BytesOf(columns);
    }

    /// <summary>Whether a kernel loads the numbers as they are stored.</summary>
    public static bool AreLoaded(TensorType type) => type is TensorType.BF16 or TensorType.F32;

    /// <summary>Some numbers of one row, as a kernel's source reads them; they hold until the next ones are asked for.</summary>
    public ReadOnlySpan<byte> Numbers(long row, long column, int count)
    {
        var block = _type.BlockOf();
        var (first, end) = (column / block.Numbers, (column + count + block.Numbers - 1) / block.Numbers);
        var stored = _stored.Slice((int)((row * _rowBytes) + (first * block.Bytes)), (int)((end - first) * block.Bytes));
        if (AreLoaded(_type)) return stored;

        var decoded = _decoded[..(int)((end - first) * block.Numbers)];
        TensorDecoder.Decode(_type, stored, decoded);
        return Float32Source.BytesOf(decoded.Slice((int)(column - (first * block.Numbers)), count));
    }

    /// <summary>The rows from this one on.</summary>
    public BandRows From(long row) => new(this, _stored[(int)(row * _rowBytes)..]);

    private BandRows(BandRows rows, ReadOnlySpan<byte> stored)
    {
        this = rows;
        _stored = stored;
    }
}
