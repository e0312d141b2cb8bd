namespace Stemma.Anatomy.Families;

/// <summary>How the parts of a fused tensor lie along its output axis.</summary>
internal enum SplitRule
{
    /// <summary>One part.</summary>
    None,

    /// <summary>All query rows, all key rows, all value rows.</summary>
    QkvContiguous,

    /// <summary>Per head: its query, key and value rows (heads, 3, head size).</summary>
    QkvPerHead,

    /// <summary>Per key-value group: the rows of its query heads, then one key head, one value head.</summary>
    QkvPerGroup,

    /// <summary>One of the three above, as Falcon's configuration says.</summary>
    QkvFalcon,

    /// <summary>All key rows, all value rows.</summary>
    KvContiguous,

    /// <summary>All gate rows, then all up rows.</summary>
    GateUp,

    /// <summary>All up rows, then all gate rows.</summary>
    UpGate,

    /// <summary>All gate rows, all up rows, as many of each as the output projection has inputs; behind them rows of other use (Mamba-2).</summary>
    GateUpState,

    /// <summary>Gate on even rows, up on odd rows.</summary>
    GateUpInterleaved,
}

/// <summary>Which way a matrix is stored.</summary>
internal enum Storage
{
    /// <summary>[out, in], as torch's Linear.</summary>
    Linear,

    /// <summary>[in, out], as GPT-2's Conv1D.</summary>
    Transposed,

    /// <summary>Both occur under these names; the shapes of the whole checkpoint decide.</summary>
    Either,
}

/// <summary>One line of an architecture file: a name and what it does.</summary>
internal sealed record TensorPattern
{
    /// <summary>The name with <c>#</c> where numbers stand, without the family's root and, unless <see cref="Parameter"/>, without <c>.weight</c> or <c>.bias</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Which of the name's numbers is the layer; -1 for none.</summary>
    public int LayerAt { get; init; } = -1;

    /// <summary>Which of the name's numbers is the expert; -1 for none.</summary>
    public int ExpertAt { get; init; } = -1;

    /// <summary>The role, <see cref="TensorRole.Unknown"/> where <see cref="Split"/> gives several or the name alone is known.</summary>
    public TensorRole Role { get; init; }

    public SplitRule Split { get; init; }

    public Storage Storage { get; init; }

    /// <summary>The shared expert's.</summary>
    public bool Shared { get; init; }

    /// <summary>The name is the tensor's own, not its module's.</summary>
    public bool Parameter { get; init; }

    /// <summary>A bias although no <c>.bias</c> says so (with <see cref="Parameter"/>).</summary>
    public bool Bias { get; init; }

    /// <summary>All experts in one tensor; the first axis is the expert.</summary>
    public bool Stacked { get; init; }
}

/// <summary>What a family says about one stored name.</summary>
internal readonly record struct PatternMatch(TensorPattern Pattern, int Layer, int Expert, bool IsBias);
