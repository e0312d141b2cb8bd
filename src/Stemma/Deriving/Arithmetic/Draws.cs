using Stemma.Foundation;

namespace Stemma.Deriving.Arithmetic;

/// <summary>
/// Seeded randomness by name and place: what is drawn for one tensor does not depend on what was drawn before it. Normal numbers are the quantiles of
/// 65,536 equally likely cells, so they end at 4.3 standard deviations and cost one look into a table.
/// </summary>
internal sealed class Draws(ulong seed, string purpose)
{
    private const int Cells = 1 << 16;

    private static readonly float[] Quantiles = MakeQuantiles();

    private readonly ulong _seed = SeededHash.Mix(seed, SeededHash.SeedOf(purpose));

    /// <summary>Draws for a purpose within this one.</summary>
    public Draws Derived(string part) => new(_seed, part);

    /// <summary>A standard normal number for a place.</summary>
    public float Normal(long place) => Quantiles[(SeededHash.Mix(_seed, (ulong)place >> 2) >> (int)(16 * (place & 3))) & (Cells - 1)];

    /// <summary>Standard normal numbers for consecutive places.</summary>
    public void Normals(long first, Span<float> numbers, float scale, float mean = 0)
    {
        var i = 0;
        for (; i < numbers.Length && ((first + i) & 3) != 0; i++) numbers[i] = mean + (scale * Normal(first + i));
        for (; i <= numbers.Length - 4; i += 4)
        {
            var bits = SeededHash.Mix(_seed, (ulong)(first + i) >> 2);
            numbers[i] = mean + (scale * Quantiles[bits & (Cells - 1)]);
            numbers[i + 1] = mean + (scale * Quantiles[(bits >> 16) & (Cells - 1)]);
            numbers[i + 2] = mean + (scale * Quantiles[(bits >> 32) & (Cells - 1)]);
            numbers[i + 3] = mean + (scale * Quantiles[bits >> 48]);
        }

        for (; i < numbers.Length; i++) numbers[i] = mean + (scale * Normal(first + i));
    }

    /// <summary>Uniform in [0, 1) for a place.</summary>
    public double Uniform(long place) => (SeededHash.Mix(_seed, (ulong)place) >> 11) * (1.0 / (1L << 53));

    /// <summary>+1 or -1 for a place.</summary>
    public float Sign(long place) => SeededHash.Sign(_seed, (ulong)place);

    /// <summary>A uniformly random order of 0 .. count - 1 (Fisher and Yates).</summary>
    public int[] Order(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)Math.BigMul(SeededHash.Mix(_seed, (ulong)i), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static float[] MakeQuantiles()
    {
        var table = new float[Cells];
        for (var i = 0; i < Cells; i++) table[i] = (float)MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (i + 0.5) / Cells);
        return table;
    }
}
