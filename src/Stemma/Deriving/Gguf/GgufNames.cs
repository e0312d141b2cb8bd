using Stemma.Anatomy;

namespace Stemma.Deriving.Gguf;

/// <summary>What llama.cpp's converter calls the tensors (gguf-py, constants.py), by what they do.</summary>
internal static class GgufNames
{
    private static readonly Dictionary<TensorRole, string> Global = new()
    {
        [TensorRole.Embed] = "token_embd",
        [TensorRole.PosEmbed] = "position_embd",
        [TensorRole.FinalNorm] = "output_norm",
        [TensorRole.LmHead] = "output",
    };

    private static readonly Dictionary<TensorRole, string> InLayer = new()
    {
        [TensorRole.NormAttn] = "attn_norm",
        [TensorRole.Q] = "attn_q",
        [TensorRole.K] = "attn_k",
        [TensorRole.V] = "attn_v",
        [TensorRole.O] = "attn_output",
        [TensorRole.QNorm] = "attn_q_norm",
        [TensorRole.KNorm] = "attn_k_norm",
        [TensorRole.NormAttnPost] = "post_attention_norm",
        [TensorRole.NormFfn] = "ffn_norm",
        [TensorRole.NormFfnPost] = "post_ffw_norm",
        [TensorRole.QA] = "attn_q_a",
        [TensorRole.QANorm] = "attn_q_a_norm",
        [TensorRole.QB] = "attn_q_b",
        [TensorRole.KvA] = "attn_kv_a_mqa",
        [TensorRole.KvANorm] = "attn_kv_a_norm",
        [TensorRole.KvB] = "attn_kv_b",
        [TensorRole.Gate] = "ffn_gate",
        [TensorRole.Up] = "ffn_up",
        [TensorRole.Down] = "ffn_down",
        [TensorRole.Router] = "ffn_gate_inp",
        [TensorRole.RouterBias] = "exp_probs_b",
        [TensorRole.SharedGate] = "ffn_gate_inp_shexp",
    };

    /// <summary>By architecture: roles whose rows the converter keeps in one tensor, one role below the other, and that tensor's name.</summary>
    private static readonly Dictionary<string, Dictionary<TensorRole, string>> Fused = new(StringComparer.Ordinal)
    {
        ["gpt2"] = new() { [TensorRole.Q] = "attn_qkv", [TensorRole.K] = "attn_qkv", [TensorRole.V] = "attn_qkv" },
        ["phi3"] = new() { [TensorRole.Q] = "attn_qkv", [TensorRole.K] = "attn_qkv", [TensorRole.V] = "attn_qkv", [TensorRole.Gate] = "ffn_up", [TensorRole.Up] = "ffn_up" },
    };

    /// <summary>The name of a part, for example <c>blk.3.ffn_up_exps.weight</c>, the same for all routed experts of a layer and for roles that are fused; null when the converter has none.</summary>
    public static string? Of(string architecture, TensorPart part)
    {
        var ending = part.IsBias || part.Role == TensorRole.RouterBias ? ".bias" : ".weight";
        if (part.Layer == TensorPart.NoLayer) return Global.TryGetValue(part.Role, out var global) ? global + ending : null;
        if (!(Fused.GetValueOrDefault(architecture)?.TryGetValue(part.Role, out var name) ?? false) && !InLayer.TryGetValue(part.Role, out name)) return null;
        var suffix = part.Expert switch
        {
            TensorPart.SharedExpert => "_shexp",
            >= 0 => "_exps",
            _ => "",
        };
        return $"blk.{part.Layer}.{name}{suffix}{ending}";
    }
}
