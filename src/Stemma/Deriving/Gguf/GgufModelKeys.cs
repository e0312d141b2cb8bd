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
        if (type == "phi3" && model.Config?["rope_scaling"] is not null) throw model.Refuse("a Phi-3 whose positions are stretched by factors of its own", "models without rope_scaling", "convert it with llama.cpp");
        return GgufArchitectures.Of(type)
            ?? throw model.Refuse(type.Length == 0 ? "no model_type in config.json" : $"a model of type {Foundation.SafeText.Escape(type)}", $"one of {GgufArchitectures.ModelTypes}", "convert it with llama.cpp");
    }

    /// <summary>What the file does not say of the model, as notices.</summary>
    public static IEnumerable<Foundation.Notice> LeftOut(SourceModel model)
    {
        if (model.Config?["rope_scaling"] is not null)
            yield return new("positions-left-out", "The model stretches its positions (rope_scaling), and the file does not say how: a program that runs it must be told, or texts beyond the original length come out wrong");
        if (ConfigFile.Flag(model.Config, "use_sliding_window") == true)
            yield return new("window-left-out", "In some layers the model looks back over a window only (use_sliding_window), and the file cannot say in which: longer texts come out differently");
    }

    /// <summary>Tokens that every layer looks back over; null where it is all of them.</summary>
    private static double? Window(SourceModel model) => ConfigFile.Text(model.Config, "model_type") switch
    {
        "phi3" or "mixtral" => ConfigFile.Number(model.Config, "sliding_window"),
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

        Size("block_count", shape.Layers);
        Size("context_length", ConfigFile.Number(model.Config, "max_position_embeddings") ?? ConfigFile.Number(model.Config, "n_positions"));
        Size("embedding_length", shape.Hidden);
        Size("feed_forward_length", ConfigFile.Number(model.Config, "intermediate_size") ?? shape.Ffn);
        Size("attention.head_count", shape.Heads);
        Size("attention.head_count_kv", shape.KvHeads);
        Size("attention.sliding_window", Window(model));
        if (ConfigFile.Number(model.Config, "head_dim") is { } size)
        {
            Size("attention.key_length", size);
            Size("attention.value_length", size);
        }

        // GPT-2 learns its positions.
        if (architecture != "gpt2") Size("rope.dimension_count", shape.HeadDim * (ConfigFile.Number(model.Config, "partial_rotary_factor") ?? 1));
        Size("vocab_size", shape.Vocabulary);
        Size("expert_count", shape.Experts);
        Size("expert_used_count", shape.ExpertsPerToken);
        Size("expert_feed_forward_length", shape.ExpertFfn);
        Size("expert_shared_feed_forward_length", ConfigFile.Number(model.Config, "shared_expert_intermediate_size"));
        if (ConfigFile.Flag(model.Config, "norm_topk_prob") is { } normed) keys.Truth($"{architecture}.expert_weights_norm", normed);
        if (ConfigFile.Number(model.Config, "rms_norm_eps") is { } epsilon) keys.Real($"{architecture}.attention.layer_norm_rms_epsilon", (float)epsilon);
        if (ConfigFile.Number(model.Config, "layer_norm_epsilon") is { } least) keys.Real($"{architecture}.attention.layer_norm_epsilon", (float)least);
        // Silence means 10,000 in GGUF, and a million in Mixtral's configuration class.
        if ((ConfigFile.Number(model.Config, "rope_theta") ?? (ConfigFile.Text(model.Config, "model_type") == "mixtral" ? 1e6 : null)) is { } theta) keys.Real($"{architecture}.rope.freq_base", (float)theta);
        keys.Number("general.base_model.count", 1);
        keys.Text("general.base_model.0.name", model.Name);
        return keys;
    }
}
