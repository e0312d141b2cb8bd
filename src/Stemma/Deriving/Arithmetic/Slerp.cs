using Stemma.Deriving.Grids;

namespace Stemma.Deriving.Arithmetic;

/// <summary>Spherical interpolation of two tensors seen as vectors (Shoemake 1985), as mergekit does it: nearly parallel ones are interpolated on the straight line.</summary>
internal static class Slerp
{
    private const double Parallel = 0.9995, Shortest = 1e-8;

    /// <summary>At 0 the first, at 1 the second.</summary>
    public static Grid Between(Grid first, Grid second, double at)
    {
        var factors = new Lazy<(double First, double Second)>(() => Factors(first, second, at));
        return new MixedGrid([first, second], (_, values, result) =>
        {
            var (a, b) = factors.Value;
            for (var i = 0; i < result.Length; i++) result[i] = (float)((a * values[i]) + (b * values[result.Length + i]));
        });
    }

    private static (double First, double Second) Factors(Grid first, Grid second, double at)
    {
        var (ab, aa, bb) = (0.0, 0.0, 0.0);
        foreach (var (row, values) in Spread.Pieces(first))
        {
            var others = new float[values.Length];
            second.Read(row, others);
            for (var i = 0; i < values.Length; i++)
            {
                ab += (double)values[i] * others[i];
                aa += (double)values[i] * values[i];
                bb += (double)others[i] * others[i];
            }
        }

        var (a, b) = (Math.Sqrt(aa), Math.Sqrt(bb));
        var cosine = ab / ((a > Shortest ? a : 1) * (b > Shortest ? b : 1));
        if (Math.Abs(cosine) > Parallel) return (1 - at, at);
        var angle = Math.Acos(cosine);
        return (Math.Sin(angle * (1 - at)) / Math.Sin(angle), Math.Sin(angle * at) / Math.Sin(angle));
    }
}
