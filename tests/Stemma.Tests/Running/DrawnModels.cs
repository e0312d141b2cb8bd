using Stemma.Checkpoints.Tensors;

namespace Stemma.Tests.Running;

/// <summary>Small models of every architecture, with sizes that no register divides.</summary>
internal static class DrawnModels
{
    private const int Hidden = 44, Heads = 6, Groups = 3, Dim = 10, Ffn = 37, Vocabulary = 71, Layers = 3;

    public static DrawnModel Llama(string modelType, string more = "", bool bias = false, bool outBias = false, bool headNorms = false, TensorType type = TensorType.F32, int layers = Layers) =>
        new(Config(modelType, more, layers), DrawnModel.Layers(layers, [.. Outside(), .. Attention(bias, outBias, headNorms), .. Dense("mlp.", "gate_proj", "up_proj", "down_proj", Ffn)]), type);

    public static DrawnModel Mixtral(string more = "") => new(Config("mixtral", more + "\"num_local_experts\":5,\"num_experts_per_tok\":2,"),
        DrawnModel.Layers(Layers, [.. Outside(), .. Attention(), .. Matrix("block_sparse_moe.gate", 5, Hidden), .. Experts(5, "block_sparse_moe.experts.", "w1", "w3", "w2", 19)]));

    public static DrawnModel Qwen2Moe(bool renormalise) => new(Config("qwen2_moe", $"\"num_experts\":6,\"num_experts_per_tok\":3,\"norm_topk_prob\":{(renormalise ? "true" : "false")},"),
        DrawnModel.Layers(Layers, [.. Outside(), .. Attention(bias: true), .. Matrix("mlp.gate", 6, Hidden), .. Experts(6, "mlp.experts.", "gate_proj", "up_proj", "down_proj", 19),
            .. Dense("mlp.shared_expert.", "gate_proj", "up_proj", "down_proj", 23), .. Matrix("mlp.shared_expert_gate", 1, Hidden)]));

    public static DrawnModel Qwen3Moe() => new(Config("qwen3_moe", "\"num_experts\":6,\"num_experts_per_tok\":3,\"norm_topk_prob\":true,"),
        DrawnModel.Layers(Layers, [.. Outside(), .. Attention(headNorms: true), .. Matrix("mlp.gate", 6, Hidden), .. Experts(6, "mlp.experts.", "gate_proj", "up_proj", "down_proj", 19)]));

    /// <param name="groups">Groups; null leaves the configuration silent, as the published one is: eight.</param>
    /// <param name="experts">Experts.</param>
    /// <param name="perToken">Experts for a token.</param>
    public static DrawnModel PanguProMoe(int? groups, int experts, int perToken) => new(
        Config("PanguProMoE", $"\"num_experts\":{experts},\"num_experts_per_tok\":{perToken},{(groups is null ? "" : $"\"num_groups\":{groups},")}"),
        DrawnModel.Layers(Layers, [.. Outside(), .. Attention(bias: true, outBias: true), .. Matrix("mlp.gate", experts, Hidden), ("model.layers.{i}.mlp.router_scale", [1, experts]),
            .. Experts(experts, "mlp.experts.", "gate_proj", "up_proj", "down_proj", 9), .. Dense("mlp.shared_expert.", "gate_proj", "up_proj", "down_proj", 23)]));

    public static DrawnModel Gpt2(bool prefix = false) => new(
        $$"""{"model_type":"gpt2","n_embd":{{Hidden}},"n_layer":{{Layers}},"n_head":4,"n_positions":40,"vocab_size":{{Vocabulary}},"layer_norm_epsilon":1e-5,"activation_function":"gelu_new"}""",
        DrawnModel.Layers(Layers, new (string Name, long[] Shape)[]
        {
            ("wte.weight", [Vocabulary, Hidden]), ("wpe.weight", [40, Hidden]), ("ln_f.weight", [Hidden]), ("ln_f.bias", [Hidden]),
            ("h.{i}.ln_1.weight", [Hidden]), ("h.{i}.ln_1.bias", [Hidden]), ("h.{i}.ln_2.weight", [Hidden]), ("h.{i}.ln_2.bias", [Hidden]),
            ("h.{i}.attn.c_attn.weight", [Hidden, 3 * Hidden]), ("h.{i}.attn.c_attn.bias", [3 * Hidden]), ("h.{i}.attn.c_proj.weight", [Hidden, Hidden]), ("h.{i}.attn.c_proj.bias", [Hidden]),
            ("h.{i}.mlp.c_fc.weight", [Hidden, 4 * Hidden]), ("h.{i}.mlp.c_fc.bias", [4 * Hidden]), ("h.{i}.mlp.c_proj.weight", [4 * Hidden, Hidden]), ("h.{i}.mlp.c_proj.bias", [Hidden]),
        }.Select(t => (prefix ? "transformer." + t.Name : t.Name, t.Shape))));

    public static DrawnModel NeoX(bool parallel) => new(
        $$"""{"model_type":"gpt_neox","hidden_size":48,"num_hidden_layers":{{Layers}},"num_attention_heads":4,"max_position_embeddings":64,"rotary_pct":0.5,"hidden_act":"gelu","layer_norm_eps":1e-5,"use_parallel_residual":{{(parallel ? "true" : "false")}},"tie_word_embeddings":false}""",
        DrawnModel.Layers(Layers,
        [
            ("gpt_neox.embed_in.weight", [Vocabulary, 48]), ("embed_out.weight", [Vocabulary, 48]), ("gpt_neox.final_layer_norm.weight", [48]), ("gpt_neox.final_layer_norm.bias", [48]),
            .. new[] { "input_layernorm", "post_attention_layernorm" }.SelectMany(n => new (string, long[])[] { ($"gpt_neox.layers.{{i}}.{n}.weight", [48]), ($"gpt_neox.layers.{{i}}.{n}.bias", [48]) }),
            .. new (string Name, long Rows, long Columns)[] { ("attention.query_key_value", 144, 48), ("attention.dense", 48, 48), ("mlp.dense_h_to_4h", 100, 48), ("mlp.dense_4h_to_h", 48, 100) }
                .SelectMany(m => new (string, long[])[] { ($"gpt_neox.layers.{{i}}.{m.Name}.weight", [m.Rows, m.Columns]), ($"gpt_neox.layers.{{i}}.{m.Name}.bias", [m.Rows]) }),
        ]));

    /// <summary>Fused queries, keys and values, and fused gate and up.</summary>
    public static DrawnModel Phi3(string more = "") => new(Config("phi3", more + "\"partial_rotary_factor\":0.6,"),
        DrawnModel.Layers(Layers, [.. Outside(), .. Matrix("self_attn.qkv_proj", (Heads + (2 * Groups)) * Dim, Hidden), .. Matrix("self_attn.o_proj", Hidden, Heads * Dim),
            .. Matrix("mlp.gate_up_proj", 2 * Ffn, Hidden), .. Matrix("mlp.down_proj", Hidden, Ffn)]));

    /// <param name="more">Settings of the routing and of the positions.</param>
    /// <param name="queryLatent">Queries through a latent vector.</param>
    /// <param name="bias">A bias of the router (V3).</param>
    /// <param name="type">The model type.</param>
    public static DrawnModel DeepSeek(string more, bool queryLatent, bool bias = false, string type = "deepseek_v2") => new(
        Config(type, $"\"q_lora_rank\":{(queryLatent ? "14" : "null")},\"kv_lora_rank\":18,\"qk_nope_head_dim\":7,\"qk_rope_head_dim\":6,\"v_head_dim\":9,\"n_routed_experts\":8,\"num_experts_per_tok\":3,{more}"),
        DrawnModel.Layers(Layers,
        [
            .. Outside(), .. Matrix("self_attn.kv_a_proj_with_mqa", 18 + 6, Hidden), ("model.layers.{i}.self_attn.kv_a_layernorm.weight", [18]),
            .. Matrix("self_attn.kv_b_proj", Heads * (7 + 9), 18), .. Matrix("self_attn.o_proj", Hidden, Heads * 9),
            .. queryLatent ? [.. Matrix("self_attn.q_a_proj", 14, Hidden), ("model.layers.{i}.self_attn.q_a_layernorm.weight", [14]), .. Matrix("self_attn.q_b_proj", Heads * 13, 14)] : Matrix("self_attn.q_proj", Heads * 13, Hidden),
            // The first layer is dense.
            ("model.layers.0.mlp.gate_proj.weight", [Ffn, Hidden]), ("model.layers.0.mlp.up_proj.weight", [Ffn, Hidden]), ("model.layers.0.mlp.down_proj.weight", [Hidden, Ffn]),
            .. Enumerable.Range(1, Layers - 1).SelectMany(i => Routed(bias).Select(t => (t.Name.Replace("{i}", $"{i}", StringComparison.Ordinal), t.Shape))),
        ]));

    private static IEnumerable<(string Name, long[] Shape)> Routed(bool bias) =>
    [
        .. Matrix("mlp.gate", 8, Hidden), .. Experts(8, "mlp.experts.", "gate_proj", "up_proj", "down_proj", 11), .. Dense("mlp.shared_experts.", "gate_proj", "up_proj", "down_proj", 22),
        .. bias ? new (string, long[])[] { ("model.layers.{i}.mlp.gate.e_score_correction_bias", [8]) } : [],
    ];

    private static string Config(string type, string more, int layers = Layers) =>
        $$"""{"model_type":"{{type}}","hidden_size":{{Hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":{{Heads}},"num_key_value_heads":{{Groups}},"head_dim":{{Dim}},"vocab_size":{{Vocabulary}},{{more}}"rms_norm_eps":1e-6{{(more.Contains("max_position", StringComparison.Ordinal) ? "" : ",\"max_position_embeddings\":64")}}}""";

    private static IEnumerable<(string, long[])> Outside() =>
    [
        ("model.embed_tokens.weight", [Vocabulary, Hidden]), ("model.norm.weight", [Hidden]), ("lm_head.weight", [Vocabulary, Hidden]),
        ("model.layers.{i}.input_layernorm.weight", [Hidden]), ("model.layers.{i}.post_attention_layernorm.weight", [Hidden]),
    ];

    private static IEnumerable<(string, long[])> Attention(bool bias = false, bool outBias = false, bool headNorms = false) =>
    [
        .. Matrix("self_attn.q_proj", Heads * Dim, Hidden, bias), .. Matrix("self_attn.k_proj", Groups * Dim, Hidden, bias), .. Matrix("self_attn.v_proj", Groups * Dim, Hidden, bias),
        .. Matrix("self_attn.o_proj", Hidden, Heads * Dim, outBias),
        .. headNorms ? new (string, long[])[] { ("model.layers.{i}.self_attn.q_norm.weight", [Dim]), ("model.layers.{i}.self_attn.k_norm.weight", [Dim]) } : [],
    ];

    private static IEnumerable<(string, long[])> Experts(int count, string prefix, string gate, string up, string down, int units) =>
        Enumerable.Range(0, count).SelectMany(e => Dense($"{prefix}{e}.", gate, up, down, units));

    private static IEnumerable<(string, long[])> Dense(string prefix, string gate, string up, string down, int units) =>
        [.. Matrix(prefix + gate, units, Hidden), .. Matrix(prefix + up, units, Hidden), .. Matrix(prefix + down, Hidden, units)];

    private static IEnumerable<(string, long[])> Matrix(string name, int rows, int columns, bool bias = false)
    {
        yield return ($"model.layers.{{i}}.{name}.weight", [rows, columns]);
        if (bias) yield return ($"model.layers.{{i}}.{name}.bias", [rows]);
    }
}
