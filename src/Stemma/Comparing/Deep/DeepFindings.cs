namespace Stemma.Comparing.Deep;

/// <summary>How the subject's residual stream lies in the reference's.</summary>
public enum BasisKind
{
    /// <summary>As stored: nothing was turned.</summary>
    Stored,

    /// <summary>Dimensions in another order, some with the other sign.</summary>
    SignedPermutation,

    /// <summary>Dimensions mixed: an orthogonal matrix that is no permutation.</summary>
    Rotation,
}

/// <summary>One pair of layers in the recovered basis, which was estimated without either of them.</summary>
/// <param name="Subject">Layer number.</param>
/// <param name="Reference">Layer number.</param>
/// <param name="Units">Agreement of the two witnesses beyond chance, as a share of units, 0 to 1.</param>
/// <param name="Attention">Mean cosine of the heads' circuits, -1 to 1; null where attention could not be compared.</param>
/// <param name="Echo">A layer that resembles another layer of its own model: neither a finding nor a control.</param>
public sealed record DeepLayerPair(int Subject, int Reference, double Units, double? Attention, bool Echo);

/// <summary>What a comparison of the weights themselves found, in the residual basis that suits them best.</summary>
public sealed record DeepFindings
{
    /// <summary>Null when no basis was found in which the two meet.</summary>
    public BasisKind? Kind { get; init; }

    /// <summary>Null without <see cref="Kind"/>.</summary>
    public LearnedInBasis? Learned { get; init; }

    /// <summary>Share of corresponding units that stand under their own number, 0 to 1.</summary>
    public double UnitsInPlace { get; init; }

    /// <summary>Dimensions of the residual stream that are one dimension of the other's, order and sign aside.</summary>
    public int DimensionsPermuted { get; init; }

    /// <summary>All pairs of layers that were looked at.</summary>
    public IReadOnlyList<DeepLayerPair> Layers { get; init; } = [];

    /// <summary>The pairs that correspond, ascending.</summary>
    public IReadOnlyList<DeepLayerPair> Matched { get; init; } = [];

    /// <summary>Pairs that do not correspond.</summary>
    public IEnumerable<DeepLayerPair> Controls => Layers.Where(p => !p.Echo && !Matched.Contains(p));
}
