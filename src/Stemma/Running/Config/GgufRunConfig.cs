using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stemma.Anatomy;
using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>
/// Says what a GGUF file's keys say (ggml-org/ggml, docs/gguf.md) in the words of a config.json. Only architectures whose tensors are those of the original are
/// taken; the readers of the format put the rows of queries and keys back in order.
/// </summary>
internal static class GgufRunConfig
{
    private const string Latent = "deepseek2";

    /// <summary>Architectures whose tensors may hold experts; where the file does not say whether chosen experts are weighted to a sum of 1, llama.cpp does so for two of them (src/models).</summary>
    private static readonly Dictionary<string, bool> Renormalised = new(StringComparer.Ordinal) { ["llama"] = true, ["qwen2moe"] = false, ["qwen3moe"] = true, [Latent] = false };

    /// <summary>Keys that change what is computed and are not understood here.</summary>
    private static readonly string[] Refused = ["attention.scale", "attention.max_alibi_bias", "attention.clamp_kqv", "attention.temperature_scale", "logit_scale", "residual_scale", "embedding_scale", "rope.scaling.yarn_attn_factor"];

    /// <summary>The configuration.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.RunUnsupported"/>, naming the key.</exception>
    public static ConfigValues Read(IReadOnlyDictionary<string, string> keys, string model)
    {
        var name = keys["general.architecture"];
        string? Key(string key) => keys.GetValueOrDefault($"{name}.{key}");
        StemmaException Unsupported(string found, string allowed) => new(FaultCode.RunUnsupported, model, null, found, allowed, "Run the original with its config.json");
        var type = GgufArchitectures.ModelTypeOf(name) ?? throw Unsupported($"a GGUF file of architecture '{SafeText.Escape(name)}'", GgufArchitectures.Architectures);
        foreach (var key in Refused)
            if (Key(key) is { } value && value is not ("0" or "0.0")) throw Unsupported($"{name}.{key} is {SafeText.Escape(value)}", "files without it");
        if (name != Latent && Key("expert_weights_scale") is { } weighted) throw Unsupported($"{name}.expert_weights_scale is {SafeText.Escape(weighted)}", "files without it");
        if (Key("rope.scaling.type") is { } scaling and not ("none" or "linear" or "yarn")) throw Unsupported($"stretched positions ({SafeText.Escape(scaling)})", "none, linear, yarn");
        // Of these the window is that of every layer; others have it in some.
        var window = Key("attention.sliding_window") is { } tokens && tokens != "0";
        if (window && name is not ("phi3" or "llama")) throw Unsupported($"{name}.attention.sliding_window is {SafeText.Escape(Key("attention.sliding_window")!)}", "files without it");
        var experts = Key("expert_count") is { } count && count != "0";
        if (experts && !Renormalised.ContainsKey(name)) throw Unsupported($"experts in a GGUF file of architecture '{SafeText.Escape(name)}'", string.Join(", ", Renormalised.Keys));

        // A window of null means none: the family's own would be taken where nothing is said.
        var config = new JsonObject { ["model_type"] = name != "llama" ? type : experts ? "mixtral" : window ? "mistral" : type, ["sliding_window"] = null };
        if (experts) config["norm_topk_prob"] = Key("expert_weights_norm") is { } norm ? norm.Equals("true", StringComparison.OrdinalIgnoreCase) : Renormalised[name];
        void Put(string to, string from) => Take(config, to, Key(from));

        Put("num_hidden_layers", "block_count");
        Put("hidden_size", "embedding_length");
        Put("num_attention_heads", "attention.head_count");
        Put("num_key_value_heads", "attention.head_count_kv");
        Put("head_dim", "attention.key_length");
        Put("max_position_embeddings", "context_length");
        Put("rms_norm_eps", "attention.layer_norm_rms_epsilon");
        Put("layer_norm_epsilon", "attention.layer_norm_epsilon");
        if (window) Put("sliding_window", "attention.sliding_window");
        Put("num_local_experts", "expert_count");
        Put("num_experts_per_tok", "expert_used_count");
        Put("rope_theta", "rope.freq_base");
        Stretch(config, Key);
        if (name == Latent) DescribeLatent(config, Key);
        // Silence means 10,000 in GGUF, whatever the family.
        config.TryAdd("rope_theta", 10_000);
        var head = config["head_dim"]?.GetValue<double>() ?? (Number(config, "hidden_size") / Math.Max(1, Number(config, "num_attention_heads")));
        if (Key("rope.dimension_count") is { } turned && double.TryParse(turned, NumberStyles.Float, CultureInfo.InvariantCulture, out var rotary) && head > 0) config["partial_rotary_factor"] = rotary / head;
        return new ConfigValues(JsonSerializer.SerializeToElement(config), "the file's keys");
    }

    /// <summary>Positions that are stretched by a rule; where the factor is not said it is one.</summary>
    private static void Stretch(JsonObject config, Func<string, string?> key)
    {
        if (key("rope.scaling.type") is not ("linear" or "yarn")) return;
        var scaling = new JsonObject { ["rope_type"] = key("rope.scaling.type"), ["factor"] = 1 };
        Take(scaling, "factor", key("rope.scaling.factor"));
        Take(scaling, "original_max_position_embeddings", key("rope.scaling.original_context_length"));
        Take(scaling, "beta_fast", key("rope.scaling.yarn_beta_fast"));
        Take(scaling, "beta_slow", key("rope.scaling.yarn_beta_slow"));
        Take(scaling, "mscale_all_dim", key("rope.scaling.yarn_log_multiplier"));
        if (scaling["mscale_all_dim"] is not null)
        {
            // The file holds a tenth of it, and the other factor not at all: published models have both alike.
            scaling["mscale_all_dim"] = 10 * Number(scaling, "mscale_all_dim");
            scaling["mscale"] = scaling["mscale_all_dim"]!.DeepClone();
        }

        config["rope_scaling"] = scaling;
    }

    /// <summary>Latent attention, whose keys describe one shared head first, and DeepSeek's way of sending tokens to experts.</summary>
    private static void DescribeLatent(JsonObject config, Func<string, string?> key)
    {
        const string Sigmoid = "2";
        var third = key("expert_gating_func") == Sigmoid;
        config["model_type"] = third ? "deepseek_v3" : "deepseek_v2";
        config["topk_method"] = third ? "noaux_tc" : key("expert_group_count") is null or "0" or "1" ? "greedy" : "group_limited_greedy";
        foreach (var (to, from) in (ReadOnlySpan<(string, string)>)
        [
            ("q_lora_rank", "attention.q_lora_rank"), ("kv_lora_rank", "attention.kv_lora_rank"), ("qk_rope_head_dim", "rope.dimension_count"), ("v_head_dim", "attention.value_length_mla"),
            ("n_routed_experts", "expert_count"), ("n_group", "expert_group_count"), ("topk_group", "expert_group_used_count"), ("routed_scaling_factor", "expert_weights_scale"),
        ]) Take(config, to, key(from));
        // Files from before the keys of a head stood apart name its size where others name the shared one.
        if (config["v_head_dim"] is null) Take(config, "v_head_dim", key("attention.value_length"));
        var size = new JsonObject();
        Take(size, "all", key("attention.key_length_mla") ?? key("attention.key_length"));
        config["qk_nope_head_dim"] = Number(size, "all") - Number(config, "qk_rope_head_dim");
    }

    private static void Take(JsonObject into, string name, string? text)
    {
        if (text is not null) into[name] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);
    }

    private static double Number(JsonObject config, string name) => config[name]?.GetValueKind() == JsonValueKind.Number ? config[name]!.GetValue<double>() : 0;
}
