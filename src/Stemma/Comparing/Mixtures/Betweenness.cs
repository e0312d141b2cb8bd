namespace Stemma.Comparing.Mixtures;

/// <summary>
/// Whether a model stands where the ways to two others part. What two trainings write is orthogonal but for chance, so squared distances add up along the way:
/// |a - b|^2 = |a - p|^2 + |p - b|^2 exactly when (a - p)(b - p) = 0 (the Gromov product of tree metrics: Buneman 1971).
/// </summary>
internal static class Betweenness
{
    /// <summary>Standard errors within which the product must be zero.</summary>
    private const double Errors = 3;

    /// <summary>Tensors on which it is measured, at least.</summary>
    private const int Fewest = 8;

    /// <summary>How far beside the way a model may stand at most, as a share of the shorter leg's square, standard errors included.</summary>
    private const double Beside = 0.1;

    /// <summary>
    /// True when the model stands between the two within error, and the error is small enough to tell. Trainings on like texts write something in common, which
    /// makes the product positive: then nothing is said.
    /// </summary>
    /// <param name="tensors">Tensors of the model in the middle with those of the two others.</param>
    public static bool Holds(IReadOnlyList<MixtureTensor> tensors)
    {
        // Only tensors in which both have moved by more than rounding can tell; each weighs by its own size.
        var moved = tensors.Where(t => t.Gram[0, 0] > 10 * t.Noise[0] && t.Gram[1, 1] > 10 * t.Noise[0]).Select(t => (t.Gram, Weight: 1 / t.Products[0, 0], t.Numbers)).ToList();
        if (moved.Count < Fewest) return false;
        double product = 0, first = 0, second = 0, chance = 0;
        foreach (var (gram, weight, numbers) in moved)
        {
            product += weight * gram[0, 1];
            first += weight * gram[0, 0];
            second += weight * gram[1, 1];
            chance += weight * weight * gram[0, 0] * gram[1, 1] / numbers;
        }

        // Between tensors the product scatters by more than chance where trainings have anything in common.
        var mean = product / moved.Count;
        var scatter = moved.Sum(t => ((t.Weight * t.Gram[0, 1]) - mean) * ((t.Weight * t.Gram[0, 1]) - mean)) * moved.Count / (moved.Count - 1);
        var error = Math.Sqrt(Math.Max(chance, scatter));
        return Math.Abs(product) <= Errors * error && Math.Abs(product) + (Errors * error) <= Beside * Math.Min(first, second);
    }
}
