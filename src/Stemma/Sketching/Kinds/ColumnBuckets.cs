namespace Stemma.Sketching.Kinds;

/// <summary>Sums of <see cref="Kernels.ColumnKernel"/> while rows stream by: [64, columns], bucket after bucket, so that one row touches one run of memory.</summary>
internal sealed class ColumnBuckets(int columns)
{
    private readonly float[] _buckets = new float[(long)columns * Recipe.Projection];
    private readonly float[] _norms = new float[columns];

    /// <summary>The sums of bucket <paramref name="inner"/> mod 64 for a tile of columns.</summary>
    public Span<float> Bucket(long inner, int firstColumn, int count) =>
        _buckets.AsSpan(((int)(inner % Recipe.Projection) * columns) + firstColumn, count);

    public Span<float> Norms(int firstColumn, int count) => _norms.AsSpan(firstColumn, count);

    /// <summary>Turned to one run of 64 sums per unit.</summary>
    public UnitTable ToUnits()
    {
        var table = new UnitTable(columns);
        _norms.CopyTo(table.Squares, 0);
        for (var u = 0; u < columns; u++)
        {
            var unit = table.Of(u);
            for (var b = 0; b < Recipe.Projection; b++) unit[b] = _buckets[(b * columns) + u];
        }

        return table;
    }
}
