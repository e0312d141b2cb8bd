using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>Reads a config.json for running: what is not understood and would change the numbers is refused by name.</summary>
internal static class RunConfigReader
{
    private const string Name = "config.json";

    /// <summary>Reads a checkpoint's configuration: the folder's config.json, or the keys of a GGUF file.</summary>
    /// <exception cref="StemmaException">There is none, it is broken, or it asks for something that is not computed here.</exception>
    public static RunConfig Read(Checkpoint checkpoint, string model)
    {
        if (GgufConfig.IsIn(checkpoint)) return GgufRotaryTable.In(checkpoint, Parse(GgufRunConfig.Read(checkpoint.Metadata, model)), model);
        using var document = CompanionFile.ReadJson(checkpoint.Folder, Name, FaultCode.ConfigInvalid)
            ?? throw new StemmaException(FaultCode.RunIncomplete, model, null, "no config.json stands beside the weights", "a folder with weights and config.json", "Put the model's config.json there");
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new StemmaException(FaultCode.ConfigInvalid, Name, 0, "no JSON object", "a JSON object");
        return Parse(new ConfigValues(document.RootElement, Name));
    }

    /// <summary>Reads a configuration's values.</summary>
    /// <exception cref="StemmaException">It is incomplete, or asks for something that is not computed here.</exception>
    internal static RunConfig Parse(ConfigValues config)
    {
        var type = config.Text("model_type") ?? "";
        var family = ModelFamily.All.FirstOrDefault(one => one.ModelTypes.Contains(type, StringComparer.Ordinal))
            ?? throw config.Unsupported($"model_type is '{SafeText.Escape(type)}'", ModelFamily.Names);
        Refusals.Check(config);
        var layers = config.NeedSize("num_hidden_layers", "n_layer");
        var hidden = config.NeedSize("hidden_size", "n_embd");
        var heads = config.NeedSize("num_attention_heads", "n_head");
        var latent = family.Latent ? Latent(config) : null;
        var headDim = config.Size("head_dim") is { } given and > 0 && latent is null ? given : hidden / heads;
        var keyValueHeads = config.Size("num_key_value_heads") is { } groups and > 0 && latent is null ? groups : heads;
        if (heads % keyValueHeads != 0 || headDim == 0) throw new StemmaException(FaultCode.ConfigInvalid, config.File, null, $"{heads} heads and {keyValueHeads} key-value heads", "a whole number of heads for each key-value head");
        var activation = config.Text("hidden_activation", "hidden_act", "activation_function") ?? family.Activation;
        var positions = config.Size("max_position_embeddings", "n_positions", "n_ctx") ?? (family.LearnedPositions ? 1024 : 2048);
        return new()
        {
            ModelType = type,
            Layers = layers,
            Hidden = hidden,
            Heads = heads,
            KvHeads = keyValueHeads,
            HeadDim = headDim,
            MostPositions = positions,
            LayerNorm = family.LayerNorm,
            Epsilon = config.Real("rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps", "norm_eps") ?? family.Epsilon,
            Activation = ModelFamily.ActivationOf(activation) ?? throw config.Unsupported($"the activation '{SafeText.Escape(activation)}'", "silu, gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu"),
            Rope = family.LearnedPositions ? null : RopeReader.Read(config, family, latent?.Turned ?? headDim, positions, latent is not null),
            Windows = Windows(config, family, layers),
            TiedHead = config.Flag("tie_word_embeddings"),
            Parallel = family.Parallel && config.Flag("use_parallel_residual") != false,
            EmbeddingScale = family.ScaledEmbedding ? Math.Sqrt(hidden) : 1,
            Routing = RoutingReader.Read(config, family),
            Latent = latent,
        };
    }

    private static LatentConfig Latent(ConfigValues config) => new(
        config.Size("q_lora_rank") ?? 0, config.NeedSize("kv_lora_rank"), config.NeedSize("qk_nope_head_dim"), config.NeedSize("qk_rope_head_dim"), config.NeedSize("v_head_dim"));

    private static List<int?> Windows(ConfigValues config, ModelFamily family, int layers)
    {
        // Named and null means none; the family's own size counts only where the name is missing.
        var size = config.IsNull("sliding_window") ? null : config.Size("sliding_window") ?? family.WindowSize;
        if (config.Texts("layer_types") is { } types)
        {
            if (types.FirstOrDefault(type => type is not ("full_attention" or "sliding_attention")) is { } other) throw config.Unsupported($"a layer of type '{SafeText.Escape(other)}'", "full_attention, sliding_attention");
            if (types.Count < layers) throw new StemmaException(FaultCode.ConfigInvalid, config.File, null, $"{types.Count} layer_types", $"{layers}");
            if (family.Window == WindowRule.Flagged && config.Flag("use_sliding_window") != true) size = null;
            return [.. types.Take(layers).Select(type => type == "sliding_attention" ? size : null)];
        }

        var flagged = family.Window == WindowRule.Flagged && config.Flag("use_sliding_window") == true;
        var first = flagged ? config.Size("max_window_layers") ?? 28 : 0;
        var holds = family.Window == WindowRule.Always || flagged;
        return [.. Enumerable.Range(0, layers).Select(layer => holds && layer >= first && size > 0 ? size : null)];
    }
}
