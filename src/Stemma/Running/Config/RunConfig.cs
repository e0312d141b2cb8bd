using Stemma.Anatomy.Positions;
using Stemma.Running.Kernels;

namespace Stemma.Running.Config;

/// <summary>What is computed, apart from the weights: everything in which one decoder differs from another.</summary>
internal sealed record RunConfig
{
    public required string ModelType { get; init; }
    public required int Layers { get; init; }
    public required int Hidden { get; init; }
    public required int Heads { get; init; }
    public required int KvHeads { get; init; }
    public required int HeadDim { get; init; }

    /// <summary>Positions that the model was made for.</summary>
    public required int MostPositions { get; init; }

    /// <summary>LayerNorm with mean and bias; otherwise RMSNorm.</summary>
    public bool LayerNorm { get; init; }

    public double Epsilon { get; init; }
    public Activation Activation { get; init; }

    /// <summary>Null: positions are learned and added to the embedding.</summary>
    public RopeConfig? Rope { get; init; }

    /// <summary>By layer: how many positions back a token sees, itself included; null for all.</summary>
    public required IReadOnlyList<int?> Windows { get; init; }

    /// <summary>The head is the embedding whatever else is stored; null: it is when no head is stored.</summary>
    public bool? TiedHead { get; init; }

    /// <summary>Attention and FFN read the same residual stream and are added together (GPT-NeoX).</summary>
    public bool Parallel { get; init; }

    /// <summary>What the embedding is multiplied by (Gemma).</summary>
    public double EmbeddingScale { get; init; } = 1;

    public RoutingConfig? Routing { get; init; }
    public LatentConfig? Latent { get; init; }
}

/// <summary>How tokens are sent to experts.</summary>
internal sealed record RoutingConfig
{
    public required int Experts { get; init; }
    public required int PerToken { get; init; }

    /// <summary>Mixture of Grouped Experts: the same number from each of so many groups; 0 for free choice.</summary>
    public int EqualGroups { get; init; }

    /// <summary>DeepSeek: experts are chosen within the best few of so many groups; 0 for no groups.</summary>
    public int LimitedGroups { get; init; }

    /// <summary>How many groups those are.</summary>
    public int GroupsKept { get; init; }

    /// <summary>A group is as good as its two best experts together (DeepSeek-V3); otherwise as its best one.</summary>
    public bool GroupByTwo { get; init; }

    /// <summary>Scores by a sigmoid for each expert; otherwise by a softmax over all.</summary>
    public bool Sigmoid { get; init; }

    /// <summary>The weights of the chosen sum to one.</summary>
    public bool Renormalise { get; init; }

    /// <summary>What the weights are multiplied by at last.</summary>
    public double Scale { get; init; } = 1;
}

/// <summary>Sizes of multi-head latent attention (DeepSeek-V2, arXiv 2405.04434).</summary>
/// <param name="QueryRank">Width of the queries' latent; 0 for plain queries.</param>
/// <param name="KeyValueRank">Width of the latent of keys and values.</param>
/// <param name="Plain">Numbers of a head that are not turned.</param>
/// <param name="Turned">Numbers of a head that are turned; their key is shared by all heads.</param>
/// <param name="Value">Numbers of a head's values.</param>
internal sealed record LatentConfig(int QueryRank, int KeyValueRank, int Plain, int Turned, int Value);
