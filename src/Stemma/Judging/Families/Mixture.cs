using Stemma.Comparing.Mixtures;

namespace Stemma.Judging.Families;

/// <summary>A model that several others went into.</summary>
/// <param name="Name">Name of the parent.</param>
/// <param name="Share">Its coefficient, a share of one; of shares that vary, their mean over tensors. Null in a stack.</param>
/// <param name="StandardError">Of the share, by leaving out one tensor at a time; null in a stack.</param>
public sealed record MixtureParent(string Name, double? Share, double? StandardError);

/// <summary>Shares of the parents in one layer, means over its tensors.</summary>
public sealed record LayerShares(int Layer, IReadOnlyList<double> Shares);

/// <summary>Where one layer of a stack comes from.</summary>
/// <param name="Layer">Of the child.</param>
/// <param name="Parent">Index into the mixture's parents.</param>
/// <param name="ParentLayer">Of that parent.</param>
/// <param name="Score">Mean centred cosine of the matrices; 1 for copies.</param>
public sealed record StackedLayer(int Layer, int Parent, int ParentLayer, double Score);

/// <summary>How a model was put together from others, as far as their weights tell.</summary>
public sealed record Mixture
{
    /// <summary>Name of the model that was put together.</summary>
    public required string Child { get; init; }
    public required MixtureKind Kind { get; init; }
    public required IReadOnlyList<MixtureParent> Parents { get; init; }

    /// <summary>False where one of the parents may as well have been made from the child and the others.</summary>
    public required bool DirectionKnown { get; init; }

    /// <summary>Where the shares vary: by layer.</summary>
    public IReadOnlyList<LayerShares> ShareByLayer { get; init; } = [];

    /// <summary>Of a stack.</summary>
    public IReadOnlyList<StackedLayer> Layers { get; init; } = [];

    /// <summary>Tensors whose parents stand far enough apart to tell; 0 for a stack.</summary>
    public int Tensors { get; init; }

    /// <summary>How many of them the mixture gives exactly, to the rounding of their storage type.</summary>
    public int ExactTensors { get; init; }

    /// <summary>Energy that the mixture leaves, in units of one rounding of the child; null for a stack, and where rounding is finer than the sketch.</summary>
    public double? Rounding { get; init; }

    /// <summary>Share of what the nearest single parent leaves unexplained that the mixture explains; null for a stack.</summary>
    public double? Gain { get; init; }

    /// <summary>Stable word of the operation: <c>merged</c> or <c>layers-stacked-from-two</c>.</summary>
    public string OperationName => Kind == MixtureKind.Stack ? "layers-stacked-from-two" : "merged";

    /// <summary>The finding in one sentence, with its numbers.</summary>
    public required string Detail { get; init; }
}
