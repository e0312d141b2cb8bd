namespace Stemma.Anatomy;

/// <summary>What a tensor does in a transformer. Biases carry the role of their matrix with <see cref="TensorPart.IsBias"/>.</summary>
public enum TensorRole
{
    /// <summary>Nobody knows; it takes part by name and shape.</summary>
    Unknown,

    Embed, PosEmbed, TypeEmbed, EmbedNorm,
    Q, K, V, O, QNorm, KNorm, Sinks,
    NormAttn, NormAttnPost,
    Gate, Up, Down,
    NormFfn, NormFfnPost,
    Router, RouterBias, RouterScale, SharedGate,
    QA, QANorm, QB, KvA, KvANorm, KvB,
    FinalNorm, LmHead,

    /// <summary>Stored but not trained: causal masks, rotary frequencies, position ids. Common material: never evidence.</summary>
    Buffer,
}
