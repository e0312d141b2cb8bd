namespace Stemma.Comparing.Mixtures;

/// <summary>
/// Spherical interpolation of two parents: sin((1-t)a)/sin(a) x_1 + sin(ta)/sin(a) x_2 with the angle a between them (Shoemake 1985). The shares sum to more
/// than one, by about t(1-t)a^2/2, which shows only where the parents are far enough apart; of near-parallel ones the arc is a straight line.
/// </summary>
internal static class ArcFit
{
    /// <summary>Least squares of a tensor on its two parents with free shares.</summary>
    public static TensorShares Of(MixtureTensor tensor)
    {
        var p = tensor.Products;
        var determinant = (p[1, 1] * p[2, 2]) - (p[1, 2] * p[1, 2]);
        if (!(determinant > 1e-12 * p[1, 1] * p[2, 2])) return TensorShares.Of(tensor, AffineFit.Solve(tensor.Gram));
        var first = ((p[2, 2] * p[1, 0]) - (p[1, 2] * p[2, 0])) / determinant;
        var second = ((p[1, 1] * p[2, 0]) - (p[1, 2] * p[1, 0])) / determinant;
        var left = p[0, 0] - (first * p[1, 0]) - (second * p[2, 0]);
        return new(tensor, [first, second], Math.Max(0, left));
    }

    /// <summary>
    /// An arc keeps the length: f^2 + s^2 + 2fs cos(a) = 1, where a straight line falls short by 2fs(1 - cos a). Asked for is a miss of at most a fifth of that, in
    /// the middle over the tensors whose parents stand far enough apart to show it.
    /// </summary>
    public static bool IsArc(List<TensorShares> tensors)
    {
        var misses = tensors.Select(Miss).OfType<double>().Order().ToList();
        return misses.Count > 0 && misses[misses.Count / 2] <= 0.2;
    }

    /// <summary>Null where arc and line differ by less than a hundredth of the length.</summary>
    private static double? Miss(TensorShares tensor)
    {
        var (p, f, s) = (tensor.Tensor.Products, tensor.Shares[0], tensor.Shares[1]);
        var cosine = p[1, 2] / Math.Sqrt(p[1, 1] * p[2, 2]);
        var bulge = 2 * f * s * (1 - cosine);
        return bulge < 0.01 ? null : Math.Abs((f * f) + (s * s) + (2 * f * s * cosine) - 1) / bulge;
    }
}
