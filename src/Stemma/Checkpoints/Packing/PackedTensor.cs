using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing;

/// <summary>One weight that is put together from several stored tensors. Rows are decoded when they are asked for; several threads may ask at once.</summary>
internal abstract class PackedTensor
{
    /// <summary>Numbers of the longest row: what one thread may hold of a layout that is stored the other way round.</summary>
    public const long LongestRow = 1 << 20;

    /// <summary>Numbers that are decoded together where columns must be gathered to make rows.</summary>
    private const long Together = 1 << 19;

    /// <param name="stored">Where it lies.</param>
    /// <param name="name">Of the weight.</param>
    /// <param name="shape">Of the weight, [..., out, in].</param>
    /// <param name="packing">Name of the layout; null where the numbers are plain.</param>
    /// <param name="parts">The stored tensors, the one with the numbers first.</param>
    /// <param name="type">How others see the numbers: one that holds them without rounding.</param>
    protected PackedTensor(StoredTensors stored, string name, IReadOnlyList<long> shape, string? packing, IReadOnlyList<TensorInfo> parts, TensorType type = TensorType.F32)
    {
        (Stored, Parts) = (stored, parts);
        var bytes = (Int128)type.BytesOf(1);
        foreach (var size in shape) bytes *= size;
        if (shape.Count == 0 || shape[^1] > LongestRow || bytes > long.MaxValue || bytes <= 0)
            throw stored.Refuse(parts[0], $"a packed weight of [{string.Join(", ", shape)}]", $"rows of 1 to {LongestRow} numbers");
        Info = new TensorInfo(name, type, shape, parts[0].File, parts[0].Offset, (long)bytes) { Packing = new(packing, parts.Sum(p => p.StoredBytes)) };
    }

    /// <summary>The weight as others see it.</summary>
    public TensorInfo Info { get; }

    /// <summary>The stored tensors that it takes the place of.</summary>
    public IReadOnlyList<TensorInfo> Parts { get; }

    /// <summary>Rows that must be decoded together, from a multiple of this number on; 1 when rows lie in the file as rows.</summary>
    public virtual int RowsTogether => 1;

    protected StoredTensors Stored { get; }

    protected int Columns => (int)Info.Columns;

    /// <summary>Decodes whole rows.</summary>
    /// <param name="first">Zero-based; a multiple of <see cref="RowsTogether"/>.</param>
    /// <param name="rows">Room for them, row after row.</param>
    /// <exception cref="StemmaException">The file cannot be read, or a companion holds numbers that are out of range.</exception>
    public abstract void Read(long first, Span<float> rows);

    /// <summary>Rows of a band that holds about as many numbers for every width.</summary>
    /// <param name="step">The number is a multiple of this.</param>
    protected int BandRows(int step) => (int)Math.Max(1, Together / Columns / step) * step;
}
