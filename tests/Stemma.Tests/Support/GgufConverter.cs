namespace Stemma.Tests.Support;

/// <summary>What llama.cpp's converter does to tensors of families that the program does not write (its conversion scripts and gguf-py). It shares no code with the program.</summary>
internal static class GgufConverter
{
    private static readonly (string From, string To)[] Names =
    [
        ("model.embed_tokens", "token_embd"), ("gpt_neox.embed_in", "token_embd"), ("transformer.word_embeddings", "token_embd"), ("lm_head", "output"), ("embed_out", "output"),
        ("model.norm", "output_norm"), ("gpt_neox.final_layer_norm", "output_norm"), ("transformer.ln_f", "output_norm"),
        ("model.layers.", "blk."), ("gpt_neox.layers.", "blk."), ("transformer.h.", "blk."),
        ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm"),
        ("attention.query_key_value", "attn_qkv"), ("self_attention.query_key_value", "attn_qkv"), ("attention.dense", "attn_output"), ("self_attention.dense", "attn_output"),
        ("input_layernorm", "attn_norm"), ("ln_mlp", "attn_norm"), ("ln_attn", "attn_norm_2"), ("post_feedforward_layernorm", "post_ffw_norm"),
        ("mlp.dense_h_to_4h", "ffn_up"), ("mlp.dense_4h_to_h", "ffn_down"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
        ("mlp.gate.e_score_correction_bias", "exp_probs_b.bias"), ("mlp.gate.", "ffn_gate_inp."), ("mlp.router", "ffn_gate_inp"),
        ("mlp.shared_experts.gate_proj", "ffn_gate_shexp"), ("mlp.shared_experts.up_proj", "ffn_up_shexp"), ("mlp.shared_experts.down_proj", "ffn_down_shexp"),
    ];

    /// <summary>Families whose norm before the FFN bears the name of one behind attention, and one whose norm stands there.</summary>
    private static readonly string[] Late = ["glm4_moe", "gpt_oss", "olmo2"];

    public static IEnumerable<(string Name, long[] Shape, float[] Numbers)> Convert(string family, string name, long[] shape, float[] numbers, int heads, int keyHeads)
    {
        var columns = (int)(shape.Length == 1 ? 1 : shape[^1]);
        var parts = name.Split('.');
        if (name.Contains("mlp.experts.gate_up_proj", StringComparison.Ordinal) || name.Contains("mlp.experts.down_proj", StringComparison.Ordinal)) return Experts(name, shape, numbers);
        if (parts is [.., "experts", _, var module, "weight"]) name = $"{parts[0]}.{parts[1]}.{parts[2]}.ffn_{module[..^5]}_exps.weight";
        if (name.EndsWith("self_attn.sinks", StringComparison.Ordinal)) name = name.Replace("self_attn.sinks", "attn_sinks.weight", StringComparison.Ordinal);
        foreach (var (from, to) in Names) name = Replace(name, from, to);
        name = Replace(name, "post_attention_layernorm", Late.Contains(family) ? "post_attention_norm" : "ffn_norm");
        if (family == "granite" && name.Contains("attn_q.", StringComparison.Ordinal)) numbers = GgufBytes.Pair(numbers, columns, heads);
        if (family == "granite" && name.Contains("attn_k.", StringComparison.Ordinal)) numbers = GgufBytes.Pair(numbers, columns, keyHeads);
        if (name.Contains("attn_qkv", StringComparison.Ordinal)) numbers = Contiguous(numbers, columns, heads, keyHeads);
        if (family == "nemotron" && name.EndsWith("norm.weight", StringComparison.Ordinal)) numbers = Array.ConvertAll(numbers, gain => gain + 1);
        return [(name, shape, numbers)];
    }

    /// <summary>A part of a name between dots.</summary>
    private static string Replace(string name, string from, string to)
    {
        var at = name.IndexOf(from, StringComparison.Ordinal);
        return at < 0 || (at > 0 && name[at - 1] != '.') ? name : name[..at] + to + name[(at + from.Length)..];
    }

    /// <summary>Per group its queries, a key, a value; then all queries, all keys, all values.</summary>
    private static float[] Contiguous(float[] numbers, int columns, int heads, int keyHeads)
    {
        var perGroup = (heads / keyHeads) + 2;
        var size = numbers.Length / columns / (perGroup * keyHeads);
        IEnumerable<float> Head(int group, int head) => numbers.Skip(((group * perGroup) + head) * size * columns).Take(size * columns);
        var groups = Enumerable.Range(0, keyHeads).ToList();
        return
        [
            .. groups.SelectMany(group => Enumerable.Range(0, perGroup - 2).SelectMany(head => Head(group, head))),
            .. groups.SelectMany(group => Head(group, perGroup - 2)), .. groups.SelectMany(group => Head(group, perGroup - 1)),
        ];
    }

    /// <summary>gpt-oss: [experts, in, out] with gate on even and up on odd outputs become [experts, out, in] apart.</summary>
    private static IEnumerable<(string, long[], float[])> Experts(string name, long[] shape, float[] numbers)
    {
        var layer = name.Split('.')[2];
        var (experts, isBias) = ((int)shape[0], shape.Length == 2);
        var (inputs, outputs) = isBias ? (1, (int)shape[1]) : ((int)shape[1], (int)shape[2]);
        float At(int expert, int output, int input) => numbers[(((expert * inputs) + input) * outputs) + output];
        float[] Outputs(int first, int step) =>
            [.. from e in Enumerable.Range(0, experts) from o in Enumerable.Range(0, (outputs - first + step - 1) / step) from i in Enumerable.Range(0, inputs) select At(e, first + (o * step), i)];
        long[] Shape(int rows) => isBias ? [experts, rows] : [experts, rows, inputs];
        var ending = isBias ? "bias" : "weight";
        return name.Contains("down_proj", StringComparison.Ordinal) ? [($"blk.{layer}.ffn_down_exps.{ending}", Shape(outputs), Outputs(0, 1))]
            : [($"blk.{layer}.ffn_gate_exps.{ending}", Shape(outputs / 2), Outputs(0, 2)), ($"blk.{layer}.ffn_up_exps.{ending}", Shape(outputs / 2), Outputs(1, 2))];
    }
}
