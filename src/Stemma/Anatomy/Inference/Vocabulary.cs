namespace Stemma.Anatomy.Inference;

/// <summary>Words that people give to the parts of a transformer that they build themselves. Shapes must agree before a word is believed.</summary>
internal static class Vocabulary
{
    public static readonly HashSet<string> Query = ["q", "query", "queries", "wq"];
    public static readonly HashSet<string> Key = ["k", "key", "keys", "wk"];
    public static readonly HashSet<string> Value = ["v", "value", "values", "val", "wv"];
    public static readonly HashSet<string> Fused = ["qkv", "wqkv", "attn", "attention", "self", "sa", "mha", "msa"];
    public static readonly HashSet<string> Output = ["o", "wo", "out", "proj", "projection", "output", "dense", "unify", "fc", "combine"];
    public static readonly HashSet<string> Attention = ["attn", "attention", "sa", "mha", "msa", "self", "att", "attend"];
    public static readonly HashSet<string> Ffn = ["ffn", "mlp", "ff", "ffwd", "feed", "feedforward", "fc", "net"];
    public static readonly HashSet<string> Gate = ["gate", "wgate"];
    public static readonly HashSet<string> Up = ["up", "wup"];
    public static readonly HashSet<string> Norm = ["norm", "ln", "layernorm", "rmsnorm", "rms", "lnorm", "norms"];
    public static readonly HashSet<string> Head = ["head", "output", "logits", "lm", "unembed", "unembedding", "proj", "classifier", "out", "generator", "vocab"];
    public static readonly HashSet<string> Position = ["pos", "position", "positions", "positional", "wpe", "pe", "posemb"];
    public static readonly HashSet<string> Embedding = ["embed", "embedding", "embeddings", "emb", "wte", "tok", "token", "tokens", "word"];
    public static readonly HashSet<string> Parameter = ["weight", "bias", "kernel", "scale", "gamma", "beta", "w", "b", "g"];
    public static readonly HashSet<string> Segment = ["type", "segment", "segments"];
}
