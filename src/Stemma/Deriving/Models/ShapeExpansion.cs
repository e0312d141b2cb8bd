using System.Text.Json.Nodes;
using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>What a new tensor is filled with.</summary>
internal enum DrawnKind
{
    /// <summary>Normal about zero.</summary>
    Matrix,

    /// <summary>About one.</summary>
    Gain,

    /// <summary>About zero, narrower.</summary>
    Bias,
}

/// <summary>A tensor that a configuration implies.</summary>
internal readonly record struct ImpliedTensor(string Name, DrawnKind Kind, long[] Shape);

/// <summary>The tensors that a configuration implies, in the order of published checkpoints: Llama names with or without experts, and GPT-2.</summary>
internal sealed class ShapeExpansion
{
    private readonly JsonObject _config;
    private readonly string _type;
    private readonly long _hidden, _layers, _heads, _groups, _dim, _ffn, _vocabulary, _experts, _expertFfn, _shared;
    private readonly List<ImpliedTensor> _tensors = [];

    private ShapeExpansion(JsonObject config)
    {
        _config = config;
        _type = ConfigFile.Text(config, "model_type") ?? "";
        _hidden = Size("hidden_size", "n_embd");
        _layers = Size("num_hidden_layers");
        _heads = Size("num_attention_heads", "n_head");
        _groups = Optional(_heads, "num_key_value_heads");
        _dim = Optional(_hidden / _heads, "head_dim");
        _vocabulary = Size("vocab_size");
        _experts = Optional(0, "num_experts", "num_local_experts");
        _ffn = Optional(_type == "gpt2" ? 4 * _hidden : 0, "intermediate_size");
        _expertFfn = Optional(_ffn, "moe_intermediate_size");
        _shared = Optional(0, "shared_expert_intermediate_size");
        if (_experts == 0 && _ffn == 0) throw Invalid("no intermediate_size", "the size of the FFN");
    }

    /// <summary>All tensors.</summary>
    /// <exception cref="StemmaException">The model type is not known, or a size is missing.</exception>
    public static IReadOnlyList<ImpliedTensor> Of(JsonObject config)
    {
        var expansion = new ShapeExpansion(config);
        switch (expansion._type)
        {
            case "llama" or "mistral" or "qwen2" or "qwen3" or "PanguEmbedded" or "mixtral" or "qwen2_moe" or "qwen3_moe" or "PanguProMoE":
                expansion.Llama();
                break;
            case "gpt2":
                expansion.Gpt2();
                break;
            default:
                throw Invalid($"model_type '{SafeText.Escape(expansion._type)}'", "llama, mistral, qwen2, qwen3, PanguEmbedded, mixtral, qwen2_moe, qwen3_moe, PanguProMoE, gpt2");
        }

        return expansion._tensors;
    }

    private void Llama()
    {
        Matrix("model.embed_tokens", _vocabulary, _hidden);
        for (var layer = 0; layer < _layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            Gain(prefix + "input_layernorm", _hidden);
            Attention(prefix + "self_attn.");
            Gain(prefix + "post_attention_layernorm", _hidden);
            if (_experts == 0) Ffn(prefix + "mlp.", "gate_proj", "up_proj", "down_proj", _ffn);
            else Mixture(prefix);
        }

        Gain("model.norm", _hidden);
        if (ConfigFile.Flag(_config, "tie_word_embeddings") != true) Matrix("lm_head", _vocabulary, _hidden);
    }

    private void Attention(string prefix)
    {
        var bias = ConfigFile.Flag(_config, "attention_bias") ?? _type is "qwen2" or "qwen2_moe" or "PanguProMoE" or "PanguEmbedded";
        foreach (var (name, width) in new[] { ("q_proj", _heads), ("k_proj", _groups), ("v_proj", _groups) })
        {
            Matrix(prefix + name, width * _dim, _hidden);
            if (bias) Bias(prefix + name, width * _dim);
        }

        Matrix(prefix + "o_proj", _hidden, _heads * _dim);
        if (ConfigFile.Flag(_config, "attention_out_bias") == true) Bias(prefix + "o_proj", _hidden);
        if (_type is not ("qwen3" or "qwen3_moe")) return;
        Gain(prefix + "q_norm", _dim);
        Gain(prefix + "k_norm", _dim);
    }

    private void Mixture(string prefix)
    {
        var mixtral = _type == "mixtral";
        var mlp = prefix + (mixtral ? "block_sparse_moe." : "mlp.");
        Matrix(mlp + "gate", _experts, _hidden);
        if (ConfigFile.Flag(_config, "router_scale") == true) _tensors.Add(new(mlp + "router_scale", DrawnKind.Gain, [1, _experts]));
        for (var expert = 0; expert < _experts; expert++)
        {
            if (mixtral) Ffn($"{mlp}experts.{expert}.", "w1", "w3", "w2", _expertFfn);
            else Ffn($"{mlp}experts.{expert}.", "gate_proj", "up_proj", "down_proj", _expertFfn);
        }

        if (_shared == 0) return;
        Ffn(mlp + "shared_expert.", "gate_proj", "up_proj", "down_proj", _shared);
        if (_type == "qwen2_moe") Matrix(mlp + "shared_expert_gate", 1, _hidden);
    }

    private void Ffn(string prefix, string gate, string up, string down, long units)
    {
        Matrix(prefix + gate, units, _hidden);
        Matrix(prefix + up, units, _hidden);
        Matrix(prefix + down, _hidden, units);
    }

    /// <summary>Conv1D: matrices lie [in, out].</summary>
    private void Gpt2()
    {
        Matrix("wte", _vocabulary, _hidden);
        Matrix("wpe", Size("n_positions"), _hidden);
        for (var layer = 0; layer < _layers; layer++)
        {
            var prefix = $"h.{layer}.";
            foreach (var (norm, module, into, from) in new[]
                     {
                         ("ln_1", "attn.c_attn", 3 * _hidden, _hidden), ("", "attn.c_proj", _hidden, _hidden),
                         ("ln_2", "mlp.c_fc", _ffn, _hidden), ("", "mlp.c_proj", _hidden, _ffn),
                     })
            {
                if (norm.Length > 0) Norm(prefix + norm);
                Matrix(prefix + module, from, into);
                Bias(prefix + module, into);
            }
        }

        Norm("ln_f");
    }

    private void Norm(string name)
    {
        Gain(name, _hidden);
        Bias(name, _hidden);
    }

    private void Matrix(string name, long rows, long columns) => _tensors.Add(new(name + ".weight", DrawnKind.Matrix, [rows, columns]));

    private void Gain(string name, long size) => _tensors.Add(new(name + ".weight", DrawnKind.Gain, [size]));

    private void Bias(string name, long size) => _tensors.Add(new(name + ".bias", DrawnKind.Bias, [size]));

    private long Size(params string[] names) => Optional(0, names) is var size and > 0 ? size : throw Invalid($"no {names[0]}", "a whole number above 0");

    private long Optional(long otherwise, params string[] names) =>
        ConfigFile.Number(_config, names) is { } number ? number is >= 0 and <= 100_000_000 ? (long)number : throw Invalid($"{names[0]} of {number}", "0 to 100,000,000") : otherwise;

    private static StemmaException Invalid(string found, string allowed) => new(FaultCode.ConfigInvalid, ConfigFile.Name, null, found, allowed);
}
