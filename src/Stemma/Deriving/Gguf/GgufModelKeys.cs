using Stemma.Anatomy;
using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Models;

namespace Stemma.Deriving.Gguf;

/// <summary>The keys that say what a model is: architecture, sizes, type of file (ggml-org/ggml, docs/gguf.md).</summary>
internal static class GgufModelKeys
{
    /// <summary>llama.h, enum llama_ftype.</summary>
    private static readonly Dictionary<TensorType, uint> FileTypes = new()
    {
        [TensorType.F32] = 0,
        [TensorType.F16] = 1,
        [TensorType.Q40] = 2,
        [TensorType.Q41] = 3,
        [TensorType.Q80] = 7,
        [TensorType.Q50] = 8,
        [TensorType.Q51] = 9,
        [TensorType.Q2K] = 10,
        [TensorType.Q3K] = 12,
        [TensorType.Q4K] = 14,
        [TensorType.Q5K] = 16,
        [TensorType.Q6K] = 18,
        [TensorType.IQ4NL] = 25,
        [TensorType.BF16] = 32,
    };

    /// <summary>The architecture's name.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.DerivationUnsupported"/> for a family that is not written.</exception>
    public static string ArchitectureOf(SourceModel model)
    {
        var type = ConfigFile.Text(model.Config, "model_type") ?? "";
        if (type == "phi3" && new GgufPositions(model, type).Stretching != "default") throw model.Refuse("a Phi-3 whose positions are stretched by factors of its own", "models without rope_scaling", "convert it with llama.cpp");
        return GgufArchitectures.Of(type)
            ?? throw model.Refuse(type.Length == 0 ? "no model_type in config.json" : $"a model of type {Foundation.SafeText.Escape(type)}", $"one of {GgufArchitectures.ModelTypes}", "convert it with llama.cpp");
    }

    /// <summary>Layers that are written: those behind the last that the configuration counts predict further tokens, and the converter leaves them out.</summary>
    public static int LayersOf(SourceModel model) => (int)Math.Min(model.Shape.Layers, ConfigFile.Number(model.Config, "num_hidden_layers") ?? model.Shape.Layers);

    /// <summary>What the file does not say of the model, as notices.</summary>
    public static IEnumerable<Foundation.Notice> LeftOut(SourceModel model)
    {
        if (ConfigFile.Flag(model.Config, "use_sliding_window") == true || GemmaSettings.HasOtherWindows(model))
            yield return new("window-left-out", "In some layers the model looks back over a window only, and the file cannot say in which: longer texts come out differently");
        if (LayersOf(model) < model.Shape.Layers)
            yield return new("layers-left-out", $"The last {model.Shape.Layers - LayersOf(model)} layers, which predict further tokens, are not written");
        if (GemmaSettings.HasOtherScale(model))
            yield return new("scale-left-out", "The model scales its attention by query_pre_attn_scalar, which the file cannot say: programs take the size of a head");
    }

    /// <summary>Tokens that every layer looks back over, or those with a window; null where it is all of them.</summary>
    private static double? Window(SourceModel model) => ConfigFile.Text(model.Config, "model_type") switch
    {
        "phi3" or "mixtral" or "gemma2" or "gemma3_text" => ConfigFile.Number(model.Config, "sliding_window"),
        // Silence means 4096 in Mistral's configuration class, and null means none.
        "mistral" => model.Config?.ContainsKey("sliding_window") == true ? ConfigFile.Number(model.Config, "sliding_window") : 4096,
        _ => null,
    };

    /// <summary>The keys of a model.</summary>
    /// <param name="model">The parent.</param>
    /// <param name="architecture">As <see cref="ArchitectureOf"/> gives it.</param>
    /// <param name="type">What the matrices are stored as; null when they keep their types.</param>
    public static GgufKeyList Of(SourceModel model, string architecture, TensorType? type)
    {
        var (keys, shape) = (new GgufKeyList(), model.Shape);
        keys.Text("general.architecture", architecture);
        keys.Text("general.type", "model");
        keys.Text("general.name", model.Name);
        if (type is { } stored && FileTypes.TryGetValue(stored, out var number)) keys.Number("general.file_type", number);
        if (type?.IsBlocked() == true) keys.Number("general.quantization_version", 2);
        void Size(string key, double? value)
        {
            if (value is > 0 and <= uint.MaxValue) keys.Number($"{architecture}.{key}", (uint)value);
        }

        void Real(string key, string name)
        {
            if (ConfigFile.Number(model.Config, name) is { } value) keys.Real($"{architecture}.{key}", (float)value);
        }

        Size("block_count", LayersOf(model));
        Size("context_length", ConfigFile.Number(model.Config, "max_position_embeddings") ?? ConfigFile.Number(model.Config, "n_positions"));
        Size("embedding_length", shape.Hidden);
        Size("feed_forward_length", ConfigFile.Number(model.Config, "intermediate_size") ?? shape.Ffn);
        Size("attention.head_count", shape.Heads);
        if (architecture == "deepseek2") Latent(model, Size);
        else
        {
            Size("attention.head_count_kv", shape.KvHeads);
            var size = ConfigFile.Number(model.Config, "head_dim");
            Size("attention.key_length", size);
            Size("attention.value_length", size);
            // GPT-2 learns its positions.
            if (architecture != "gpt2") Size("rope.dimension_count", shape.HeadDim * (ConfigFile.Number(model.Config, "partial_rotary_factor") ?? 1));
        }

        Size("attention.sliding_window", Window(model));
        Size("vocab_size", shape.Vocabulary);
        Size("expert_count", shape.Experts);
        Size("expert_used_count", shape.ExpertsPerToken);
        Size("expert_feed_forward_length", shape.ExpertFfn);
        Size("expert_shared_feed_forward_length", ConfigFile.Number(model.Config, "shared_expert_intermediate_size"));
        if (ConfigFile.Flag(model.Config, "norm_topk_prob") is { } normed) keys.Truth($"{architecture}.expert_weights_norm", normed);
        Real("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        Real("attention.layer_norm_epsilon", "layer_norm_epsilon");
        Real("attn_logit_softcapping", "attn_logit_softcapping");
        Real("final_logit_softcapping", "final_logit_softcapping");
        Real("expert_weights_scale", "routed_scaling_factor");
        new GgufPositions(model, architecture).Add(keys);
        keys.Number("general.base_model.count", 1);
        keys.Text("general.base_model.0.name", model.Name);
        return keys;
    }

    /// <summary>Latent attention is described as it runs, with one key that all heads share: the latent vector and the part that turns; what a head makes of it stands in keys of its own.</summary>
    private static void Latent(SourceModel model, Action<string, double?> size)
    {
        double? Of(string name) => ConfigFile.Number(model.Config, name);
        var (rank, turned) = (Of("kv_lora_rank"), Of("qk_rope_head_dim"));
        size("attention.head_count_kv", 1);
        size("attention.key_length", rank + turned);
        size("attention.value_length", rank);
        size("attention.key_length_mla", Of("qk_nope_head_dim") + turned);
        size("attention.value_length_mla", Of("v_head_dim"));
        size("attention.kv_lora_rank", rank);
        size("attention.q_lora_rank", Of("q_lora_rank"));
        size("rope.dimension_count", turned);
        size("leading_dense_block_count", Of("first_k_dense_replace"));
        size("expert_shared_count", Of("n_shared_experts"));
        size("expert_group_count", Of("n_group"));
        size("expert_group_used_count", Of("topk_group"));
        const int Softmax = 1, Sigmoid = 2;
        var third = ConfigFile.Text(model.Config, "model_type") == "deepseek_v3";
        size("expert_gating_func", (ConfigFile.Text(model.Config, "scoring_func") ?? (third ? "sigmoid" : "softmax")) == "sigmoid" ? Sigmoid : Softmax);
    }
}
