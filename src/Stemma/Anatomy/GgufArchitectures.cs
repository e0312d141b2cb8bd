namespace Stemma.Anatomy;

/// <summary>
/// What GGUF calls the architectures (ggml-org/ggml, docs/gguf.md) that config.json calls by a <c>model_type</c>: those whose tensors are renamed, reordered and joined there
/// and otherwise stay what they were.
/// </summary>
internal static class GgufArchitectures
{
    /// <summary>Several types may share an architecture; the first is the one that it is named after.</summary>
    private static readonly (string ModelType, string Architecture)[] All =
    [
        ("llama", "llama"), ("mistral", "llama"), ("mixtral", "llama"), ("qwen2", "qwen2"), ("qwen3", "qwen3"), ("qwen2_moe", "qwen2moe"), ("qwen3_moe", "qwen3moe"),
        ("gpt2", "gpt2"), ("gemma", "gemma"), ("gemma2", "gemma2"), ("gemma3_text", "gemma3"), ("phi3", "phi3"), ("deepseek_v2", "deepseek2"), ("deepseek_v3", "deepseek2"),
    ];

    /// <summary>The types of configurations, for a message.</summary>
    public static string ModelTypes => string.Join(", ", All.Select(one => one.ModelType));

    /// <summary>The architectures, for a message.</summary>
    public static string Architectures => string.Join(", ", All.Select(one => one.Architecture).Distinct(StringComparer.Ordinal));

    /// <summary>The architecture of a <c>model_type</c>; null for one that is not written.</summary>
    public static string? Of(string modelType) => Array.Find(All, one => one.ModelType == modelType).Architecture;

    /// <summary>The <c>model_type</c> of an architecture; null for an unknown one.</summary>
    public static string? ModelTypeOf(string architecture) => Array.Find(All, one => one.Architecture == architecture).ModelType;
}
