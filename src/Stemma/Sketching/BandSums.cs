using Stemma.Sketching.Kernels;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>What one band of rows adds to a part. Bands are merged in row order, whoever read them.</summary>
internal sealed class BandSums
{
    public RowSums Sums { get; private set; }
    public ShapeSample Sample { get; } = new();
    public long NonFinite { get; set; }

    /// <summary>Partial two-sided sketch; null when the part is sketched from its unit table.</summary>
    public float[]? Linear { get; private set; }

    public void Add(RowSums sums) => Sums += sums;

    /// <summary>The two-sided sketch of this band, made when first asked for.</summary>
    public float[] LinearOf(int size) => Linear ??= new float[size * size];

    public void Merge(BandSums next)
    {
        Sums += next.Sums;
        Sample.Merge(next.Sample);
        NonFinite += next.NonFinite;
        if (next.Linear is null) return;
        Linear ??= new float[next.Linear.Length];
        for (var i = 0; i < Linear.Length; i++) Linear[i] += next.Linear[i];
    }
}
