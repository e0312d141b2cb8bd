using Stemma.Running.Kernels;

namespace Stemma.Running.Config;

/// <summary>How a configuration's experts are chosen.</summary>
internal enum RoutingKind
{
    None, TopK, Grouped, DeepSeek,
}

/// <summary>When a window of attention holds.</summary>
internal enum WindowRule
{
    None,

    /// <summary>Wherever the configuration names one.</summary>
    Always,

    /// <summary>Where <c>use_sliding_window</c> is true, from layer <c>max_window_layers</c> on.</summary>
    Flagged,
}

/// <summary>What a <c>model_type</c> stands for where its configuration is silent (defaults of the published configuration classes).</summary>
internal sealed record ModelFamily(params string[] ModelTypes)
{
    public bool LayerNorm { get; init; }
    public double Epsilon { get; init; } = 1e-6;
    public double Theta { get; init; } = 10_000;
    public string Activation { get; init; } = "silu";
    public bool LearnedPositions { get; init; }
    public bool Interleaved { get; init; }
    public double Rotary { get; init; } = 1;
    public WindowRule Window { get; init; }
    public int? WindowSize { get; init; }
    public RoutingKind Routing { get; init; }
    public bool Renormalise { get; init; }
    public int Groups { get; init; }
    public bool Latent { get; init; }
    public bool Parallel { get; init; }
    public bool ScaledEmbedding { get; init; }

    /// <summary>Every family that is computed. A new one is one line, if it differs from these in numbers only.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        new("llama"),
        new("mistral") { Window = WindowRule.Always, WindowSize = 4096 },
        new("qwen2", "qwen3") { Window = WindowRule.Flagged, WindowSize = 4096 },
        new("PanguEmbedded", "openpangu_dense") { Epsilon = 1e-5, Theta = 16e6 },
        new("phi3") { Epsilon = 1e-5, Window = WindowRule.Always },
        new("gemma") { Activation = "gelu_pytorch_tanh", ScaledEmbedding = true },
        new("gpt2") { LayerNorm = true, Epsilon = 1e-5, Activation = "gelu_new", LearnedPositions = true },
        new("gpt_neox") { LayerNorm = true, Epsilon = 1e-5, Activation = "gelu", Rotary = 0.25, Parallel = true },
        new("mixtral") { Epsilon = 1e-5, Theta = 1e6, Window = WindowRule.Always, Routing = RoutingKind.TopK, Renormalise = true },
        new("qwen2_moe", "qwen3_moe") { Window = WindowRule.Flagged, WindowSize = 4096, Routing = RoutingKind.TopK },
        new("PanguProMoE") { Epsilon = 1e-5, Theta = 16e6, Routing = RoutingKind.Grouped, Groups = 8 },
        new("deepseek_v2") { Routing = RoutingKind.DeepSeek, Latent = true, Interleaved = true },
        new("deepseek_v3") { Routing = RoutingKind.DeepSeek, Latent = true, Interleaved = true, Renormalise = true },
    ];

    /// <summary>The names of all model types.</summary>
    public static string Names => string.Join(", ", All.SelectMany(family => family.ModelTypes));

    /// <summary>Activations by the names that configurations use; null for an unknown one.</summary>
    public static Activation? ActivationOf(string name) => name switch
    {
        "silu" or "swish" => Kernels.Activation.Silu,
        "gelu" => Kernels.Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Kernels.Activation.GeluTanh,
        "quick_gelu" => Kernels.Activation.QuickGelu,
        "relu" => Kernels.Activation.Relu,
        _ => null,
    };
}
