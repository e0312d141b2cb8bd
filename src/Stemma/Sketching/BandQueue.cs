namespace Stemma.Sketching;

/// <summary>Bands that one worker reads in a row.</summary>
/// <param name="Matrix">The tensor.</param>
/// <param name="First">First band.</param>
/// <param name="Count">Bands.</param>
internal readonly record struct BandJob(MatrixJob Matrix, int First, int Count);

/// <summary>Hands out the bands of a checkpoint in a fixed order. A matrix is set up when its first band is asked for, so that layers ahead take no memory.</summary>
internal sealed class BandQueue(IEnumerable<MatrixJob> matrices) : IDisposable
{
    private readonly IEnumerator<BandJob> _jobs = Bands(matrices).GetEnumerator();
    private readonly Lock _gate = new();

    public bool Take(out BandJob job)
    {
        lock (_gate)
        {
            var any = _jobs.MoveNext();
            job = any ? _jobs.Current : default;
            return any;
        }
    }

    public void Dispose() => _jobs.Dispose();

    private static IEnumerable<BandJob> Bands(IEnumerable<MatrixJob> matrices)
    {
        foreach (var matrix in matrices)
        {
            if (matrix.Pass.Sequential || matrix.Pass.Bands == 0)
            {
                yield return new(matrix, 0, matrix.Pass.Bands);
                continue;
            }

            for (var band = 0; band < matrix.Pass.Bands; band++) yield return new(matrix, band, 1);
        }
    }
}
