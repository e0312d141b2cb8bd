using Stemma.Deriving.Grids;

namespace Stemma.Deriving.Arithmetic;

/// <summary>Which of a tensor's numbers are its smallest in magnitude, found exactly by counting their bits in two passes: nothing is sorted or kept.</summary>
/// <param name="Threshold">The magnitude of the last of them.</param>
/// <param name="TieShare">The share of those that have just this magnitude that are among them.</param>
internal sealed record Magnitudes(float Threshold, double TieShare)
{
    private const int HalfBits = 16;

    /// <summary>The smallest <paramref name="wanted"/> of all numbers.</summary>
    /// <param name="grid">Read twice.</param>
    /// <param name="wanted">At most as many as there are.</param>
    public static Magnitudes Smallest(Grid grid, long wanted)
    {
        if (wanted <= 0) return new(0, 0);
        var (bin, below) = Find(Count(grid, prefix: null), wanted);
        var low = Count(grid, (uint)bin);
        var (rest, before) = Find(low, wanted - below);
        return new(BitConverter.UInt32BitsToSingle(((uint)bin << HalfBits) | (uint)rest), (double)(wanted - below - before) / low[rest]);
    }

    /// <summary>True for a number that is one of the smallest.</summary>
    /// <param name="value">The number.</param>
    /// <param name="draws">Settle ties.</param>
    /// <param name="place">Where the number stands.</param>
    public bool Holds(float value, Draws draws, long place)
    {
        var magnitude = Math.Abs(value);
        return magnitude < Threshold || (magnitude.Equals(Threshold) && draws.Uniform(place) < TieShare);
    }

    /// <summary>Numbers by the upper half of their bits; or, of those with a given upper half, by the lower one.</summary>
    private static long[] Count(Grid grid, uint? prefix)
    {
        var counts = new long[1 << HalfBits];
        foreach (var (_, values) in Spread.Pieces(grid))
        {
            foreach (var value in values)
            {
                var bits = BitConverter.SingleToUInt32Bits(Math.Abs(value));
                if (prefix is null) counts[bits >> HalfBits]++;
                else if (bits >> HalfBits == prefix.Value) counts[(ushort)bits]++;
            }
        }

        return counts;
    }

    /// <summary>The bin of the last of the wanted ones, and how many lie in bins before it.</summary>
    private static (int Bin, long Before) Find(long[] counts, long wanted)
    {
        var before = 0L;
        for (var bin = 0; ; bin++)
        {
            if (before + counts[bin] >= wanted) return (bin, before);
            before += counts[bin];
        }
    }
}
