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
    /// <summary>Architectures whose tensors may hold experts; where the file does not say whether chosen experts are weighted to a sum of 1, llama.cpp does so for two of them (src/models).</summary>
    private static readonly Dictionary<string, bool> Renormalised = new(StringComparer.Ordinal) { ["llama"] = true, ["qwen2moe"] = false, ["qwen3moe"] = true };

    /// <summary>Keys that change what is computed and are not understood here.</summary>
    private static readonly string[] Refused = ["attention.scale", "expert_weights_scale", "attention.max_alibi_bias", "attention.clamp_kqv", "logit_scale", "residual_scale", "embedding_scale"];

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
        if (Key("rope.scaling.type") is { } scaling and not "none") throw Unsupported($"stretched positions ({SafeText.Escape(scaling)})", "files without them");
        // Of these the window is that of every layer; others have it in some.
        var window = Key("attention.sliding_window") is { } tokens && tokens != "0";
        if (window && name is not ("phi3" or "llama")) throw Unsupported($"{name}.attention.sliding_window is {SafeText.Escape(Key("attention.sliding_window")!)}", "files without it");
        var experts = Key("expert_count") is { } count && count != "0";
        if (experts && !Renormalised.ContainsKey(name)) throw Unsupported($"experts in a GGUF file of architecture '{SafeText.Escape(name)}'", string.Join(", ", Renormalised.Keys));

        // A window of null means none: the family's own would be taken where nothing is said.
        var config = new JsonObject { ["model_type"] = name != "llama" ? type : experts ? "mixtral" : window ? "mistral" : type, ["sliding_window"] = null };
        if (experts) config["norm_topk_prob"] = Key("expert_weights_norm") is { } norm ? norm.Equals("true", StringComparison.OrdinalIgnoreCase) : Renormalised[name];
        void Put(string to, string from)
        {
            if (Key(from) is { } text) config[to] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);
        }

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
        // Silence means 10,000 in GGUF, whatever the family.
        config.TryAdd("rope_theta", 10_000);
        var head = config["head_dim"]?.GetValue<double>() ?? (Number(config, "hidden_size") / Math.Max(1, Number(config, "num_attention_heads")));
        if (Key("rope.dimension_count") is { } turned && double.TryParse(turned, NumberStyles.Float, CultureInfo.InvariantCulture, out var rotary) && head > 0) config["partial_rotary_factor"] = rotary / head;
        return new ConfigValues(JsonSerializer.SerializeToElement(config), "the file's keys");
    }

    private static double Number(JsonObject config, string name) => config[name]?.GetValueKind() == JsonValueKind.Number ? config[name]!.GetValue<double>() : 0;
}
