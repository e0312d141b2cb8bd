namespace Stemma.Comparing.Differences;

/// <summary>How many singular values of a difference stand above rounding.</summary>
/// <param name="Rank">Directions above rounding.</param>
/// <param name="Limit">Most that the sketch can show; a rank beyond it says nothing.</param>
/// <param name="Share">Share of the difference's energy that they hold.</param>
/// <param name="Drop">Logarithm of the fall from the last of them to the next value; 0 at rank 0.</param>
/// <param name="Next">Logarithm of the fall behind that.</param>
internal sealed record VisibleRank(int Rank, int Limit, double Share, double Drop, double Next)
{
    public bool Seen => Rank <= Limit;

    /// <summary>
    /// The edge of pure rounding noise: the largest singular value of n by (n - 1) independent numbers is sqrt(n) + sqrt(n - 1) (Davidson and Szarek 2001), and
    /// 1 + 2.5 / sqrt(size) times that, because the variances are measured on the sketch itself. Simulated with rows and columns of very unequal energy,
    /// one rounding in 400 exceeds it, for sketches of 8 to 64.
    /// </summary>
    public static VisibleRank Of(double[] singular, int size, long units, long inner)
    {
        var factor = 1 + (2.5 / Math.Sqrt(size));
        var rank = 0;
        while (rank < singular.Length && singular[rank] > factor * (Math.Sqrt(singular.Length - rank) + Math.Sqrt(singular.Length + 1 - rank))) rank++;

        // The last values of a matrix of full rank sink to the noise by themselves: those of a random square matrix fall evenly to zero.
        var limit = (int)(0.75 * Math.Min(singular.Length, Math.Min(units, inner)));
        if (rank > limit) return new(rank, limit, 1, 0, 0);
        var energy = singular.Sum(s => s * s);
        return new(rank, limit, energy > 0 ? singular.Take(rank).Sum(s => s * s) / energy : 0, rank == 0 ? 0 : Fall(singular, rank - 1), Fall(singular, rank));
    }

    /// <summary>
    /// How far apart the two largest singular values of pure noise lie: about 0.8 / n^(2/3) on the logarithmic scale, n by n - 1 (Tracy and Widom's exponent,
    /// the factor simulated for n from 8 to 64).
    /// </summary>
    public double NoiseSpacing(int size) => 0.8 / Math.Pow(Math.Max(1, size - Rank), 2.0 / 3);

    private static double Fall(double[] singular, int at) => at + 1 < singular.Length && singular[at + 1] > 0 ? Math.Log(singular[at] / singular[at + 1]) : 0;
}
