namespace Stemma.Anatomy;

/// <summary>Which indices along one axis belong to a part: <c>Blocks</c> runs of <c>Length</c> indices, <c>Stride</c> apart, from <c>Start</c>.</summary>
public readonly record struct AxisSlice(long Start, long Length, long Blocks = 1, long Stride = 0)
{
    /// <summary>Indices in the slice.</summary>
    public long Count => Length * Blocks;

    /// <summary>The whole of an axis.</summary>
    public static AxisSlice All(long size) => new(0, size);
}

/// <summary>Points at the gain vector that scales one side of a matrix, so that it can be folded in (W diag(g)): gain role, layer.</summary>
public readonly record struct GainReference(TensorRole Role, int Layer);

/// <summary>
/// One logical matrix or vector inside a stored tensor. Most tensors have exactly one part; fused ones (c_attn, qkv_proj, gate_up_proj, stacked experts) have several.
/// </summary>
public sealed record TensorPart
{
    /// <summary>Layer number of parts that belong to no layer.</summary>
    public const int NoLayer = -1;

    /// <summary>Expert number of dense parts.</summary>
    public const int NoExpert = -1;

    /// <summary>Expert number of the shared expert.</summary>
    public const int SharedExpert = -2;

    /// <summary>Head number of parts that hold every head.</summary>
    public const int NoHead = -1;

    public required TensorRole Role { get; init; }

    /// <summary>A bias vector of the role's matrix.</summary>
    public bool IsBias { get; init; }

    /// <summary>Zero-based, or <see cref="NoLayer"/>.</summary>
    public int Layer { get; init; } = NoLayer;

    /// <summary>Zero-based routed expert, <see cref="NoExpert"/> or <see cref="SharedExpert"/>.</summary>
    public int Expert { get; init; } = NoExpert;

    /// <summary>Zero-based attention head when a file stores each head's Q, K and V as tensors of their own; else <see cref="NoHead"/>.</summary>
    public int Head { get; init; } = NoHead;

    /// <summary>Rows of the stored tensor that belong to the part. A tensor of any rank counts as two-dimensional: all axes but the last are its rows, so a vector is one row.</summary>
    public required AxisSlice Rows { get; init; }

    /// <summary>Columns of the stored tensor that belong to the part.</summary>
    public required AxisSlice Columns { get; init; }

    /// <summary>True when the tensor is stored [in, out] (GPT-2's Conv1D) instead of [out, in].</summary>
    public bool Transposed { get; init; }

    /// <summary>The gain that scales the part's input (columns of W when stored [out, in]); null when none is known.</summary>
    public GainReference? InputGain { get; init; }

    /// <summary>The gain that scales the part's output (post-norm architectures).</summary>
    public GainReference? OutputGain { get; init; }

    /// <summary>What to add to a stored gain to get the effective scale: 1 for Gemma's (1 + w), else 0. Set on gain parts.</summary>
    public float GainOffset { get; init; }

    /// <summary>True when the role was inferred from shapes because nobody knows the name.</summary>
    public bool Inferred { get; init; }
}
