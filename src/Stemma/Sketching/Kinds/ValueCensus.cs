using System.Runtime.InteropServices;
using Stemma.Sketching.Kernels;

namespace Stemma.Sketching.Kinds;

/// <summary>Whether numbers take one value, or zero and one other: what masks and constants do.</summary>
internal struct ValueCensus
{
    /// <summary>Neighbours among which distinct values are counted.</summary>
    public const int Run = 64;

    private float _other;
    private bool _mixed;

    /// <summary>No third value was seen. One value alone counts as zero and that value.</summary>
    public readonly bool Trivial => !_mixed;

    public void Add<TSource>(ReadOnlySpan<byte> row, int columns)
        where TSource : struct, IRowSource
    {
        if (_mixed) return;
        ref var x = ref MemoryMarshal.GetReference(row);
        for (var j = 0; j < columns && !_mixed; j++) Add(TSource.Load(ref x, j));
    }

    /// <summary>Adds what was seen elsewhere; the order does not matter.</summary>
    public void Merge(ValueCensus other)
    {
        Add(other._other);
        _mixed |= other._mixed;
    }

    /// <summary>Different values among the first 64 numbers of a row.</summary>
    public static int Distinct<TSource>(ReadOnlySpan<byte> row)
        where TSource : struct, IRowSource
    {
        Span<float> values = stackalloc float[Run];
        ref var x = ref MemoryMarshal.GetReference(row);
        for (var j = 0; j < Run; j++) values[j] = TSource.Load(ref x, j);
        values.Sort();
        var different = 1;
        for (var j = 1; j < Run; j++)
            if (values[j] != values[j - 1]) different++;
        return different;
    }

    private void Add(float value)
    {
        if (value == 0 || value == _other) return;
        if (_other == 0) _other = value;
        else _mixed = true;
    }
}
