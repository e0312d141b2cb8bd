namespace Stemma.Comparing.Mixtures;

/// <summary>How a subject was put together from its parents.</summary>
public enum MixtureKind
{
    /// <summary>A weighted mean: one positive share per parent, the same in every tensor.</summary>
    Linear,

    /// <summary>A base and multiples of what others differ from it by: the same in every tensor, one of them negative.</summary>
    TaskArithmetic,

    /// <summary>A weighted mean whose shares change from tensor to tensor.</summary>
    Gradient,

    /// <summary>Interpolation along the arc between two parents (Shoemake 1985), with shares that may change from tensor to tensor.</summary>
    Slerp,

    /// <summary>Layers of one parent beside layers of another.</summary>
    Stack,
}

/// <summary>Shares of the parents in one tensor.</summary>
internal sealed record TensorShares(MixtureTensor Tensor, double[] Shares, double Residual)
{
    /// <summary>
    /// What rounding explains: that of the subject and, where the mixing was done before the parents were rounded, theirs by the squares of their shares. Twice
    /// that, because mixing in the storage type itself rounds more often; and three standard errors of a sum of so many squares.
    /// </summary>
    public double Allowed
    {
        get
        {
            var expected = Tensor.Noise[0] + Shares.Select((share, i) => share * share * Tensor.Noise[i + 1]).Sum();
            return 2 * expected * (1 + (3 * Math.Sqrt(2.0 / Tensor.Numbers)));
        }
    }

    public bool Exact => Residual <= Allowed;

    /// <summary>
    /// Trainings are no straight lines, but some are nearly: of controls the straightest left 0.15 of <see cref="AffineFit.Star"/>. A fiftieth is far below, so what
    /// is exact in a tensor whose star stands 50 times above the rounding that explains the rest was mixed, not trained.
    /// </summary>
    public bool Telling => AffineFit.Star(Tensor.Gram) >= 25 * Allowed;

    public static TensorShares Of(MixtureTensor tensor, double[] shares) => new(tensor, shares, AffineFit.Residual(tensor.Gram, shares));
}

/// <summary>A mixture that leaves nothing of the subject but rounding.</summary>
/// <param name="Kind">How the shares run.</param>
/// <param name="Parents">Indices of the candidates.</param>
/// <param name="Shares">One per parent; over all telling tensors.</param>
/// <param name="Errors">Their standard errors, by leaving out one tensor at a time.</param>
/// <param name="Tensors">Shares tensor by tensor, of the telling ones.</param>
/// <param name="Exact">How many of these are exact.</param>
/// <param name="Rounding">Energy left over, in units of one rounding of the subject; NaN where arithmetic hides rounding.</param>
/// <param name="Gain">Share of what the best single parent leaves that the mixture explains.</param>
internal sealed record MixtureFit(
    MixtureKind Kind, int[] Parents, double[] Shares, double[] Errors, IReadOnlyList<TensorShares> Tensors, int Exact, double Rounding, double Gain);
