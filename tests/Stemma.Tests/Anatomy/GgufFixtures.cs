namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints under the names of GGUF: each line a name, a shape, and the parts expected of it.</summary>
internal static class GgufFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("mamba in GGUF", "gguf-mamba", null, """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormFfn@0
            blk.0.ssm_in.weight [24,8] Up@0 rows 0+12 <NormFfn@0 | Gate@0 rows 12+12 <NormFfn@0
            blk.0.ssm_conv1d.weight [12,4] Unknown
            blk.0.ssm_conv1d.bias [12] Unknown
            blk.0.ssm_x.weight [10,12] Unknown
            blk.0.ssm_dt.weight [12,2] Unknown
            blk.0.ssm_dt.bias [12] Unknown
            blk.0.ssm_a [12,4] Unknown
            blk.0.ssm_d [12] Unknown
            blk.0.ssm_out.weight [8,12] Down@0
            output_norm.weight [8] FinalNorm
            """),
        new("mamba2 in GGUF", "gguf-mamba2", null, """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormFfn@0
            blk.0.ssm_in.weight [35,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0 | Unknown@0 rows 24+11
            blk.0.ssm_conv1d.weight [20,4] Unknown
            blk.0.ssm_conv1d.bias [20] Unknown
            blk.0.ssm_dt.bias [3] Unknown
            blk.0.ssm_a [3,1] Unknown
            blk.0.ssm_d [3,1] Unknown
            blk.0.ssm_norm.weight [1,12] Unknown
            blk.0.ssm_out.weight [8,12] Down@0
            output_norm.weight [8] FinalNorm
            output.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("GGUF, Mixtral", "gguf", """{"model_type":"llama"}""", """
            token_embd.weight [20,8] Embed
            output_norm.weight [8] FinalNorm
            output.weight [20,8] LmHead <FinalNorm@-1
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_k.weight [4,8] K@0 <NormAttn@0
            blk.0.attn_v.weight [4,8] V@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.ffn_gate_exps.weight [2,6,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Gate@0 e1 rows 6+6 <NormFfn@0
            blk.0.ffn_up_exps.weight [2,6,8] Up@0 e0 rows 0+6 <NormFfn@0 | Up@0 e1 rows 6+6 <NormFfn@0
            blk.0.ffn_down_exps.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            """),
        new("GGUF, experts of an older converter", "gguf", """{"model_type":"llama"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.ffn_gate.0.weight [6,8] Gate@0 e0 <NormFfn@0
            blk.0.ffn_gate.1.weight [6,8] Gate@0 e1 <NormFfn@0
            blk.0.ffn_up.0.weight [6,8] Up@0 e0 <NormFfn@0
            blk.0.ffn_up.1.weight [6,8] Up@0 e1 <NormFfn@0
            blk.0.ffn_down.0.weight [8,6] Down@0 e0
            blk.0.ffn_down.1.weight [8,6] Down@0 e1
            """),
        new("GGUF, Qwen 2 MoE", "gguf", """{"model_type":"qwen2moe"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_q.bias [8] Q.bias@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.ffn_gate_exps.weight [1,6,8] Gate@0 e0 <NormFfn@0
            blk.0.ffn_up_exps.weight [1,6,8] Up@0 e0 <NormFfn@0
            blk.0.ffn_down_exps.weight [1,8,6] Down@0 e0
            blk.0.ffn_gate_inp_shexp.weight [1,8] SharedGate@0 <NormFfn@0
            blk.0.ffn_gate_shexp.weight [12,8] Gate@0 shared <NormFfn@0
            blk.0.ffn_up_shexp.weight [12,8] Up@0 shared <NormFfn@0
            blk.0.ffn_down_shexp.weight [8,12] Down@0 shared
            """),
        new("GGUF, Gemma 2", "gguf", """{"model_type":"gemma2"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0 >NormAttnPost@0
            blk.0.post_attention_norm.weight [8] NormAttnPost@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate.weight [12,8] Gate@0 <NormFfn@0
            blk.0.ffn_up.weight [12,8] Up@0 <NormFfn@0
            blk.0.ffn_down.weight [8,12] Down@0 >NormFfnPost@0
            blk.0.post_ffw_norm.weight [8] NormFfnPost@0
            output_norm.weight [8] FinalNorm
            """),
        new("GGUF, Qwen 3", "gguf", """{"model_type":"qwen3"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_q_norm.weight [4] QNorm@0
            blk.0.attn_k.weight [4,8] K@0 <NormAttn@0
            blk.0.attn_k_norm.weight [4] KNorm@0
            blk.0.attn_output.weight [8,8] O@0
            """),
        new("GGUF, GPT-2", "gguf", """{"model_type":"gpt2"}""", """
            token_embd.weight [20,8] Embed
            position_embd.weight [16,8] PosEmbed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_norm.bias [8] NormAttn.bias@0
            blk.0.attn_qkv.weight [24,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+8 <NormAttn@0 | V@0 rows 16+8 <NormAttn@0
            blk.0.attn_qkv.bias [24] Q.bias@0 cols 0+8 | K.bias@0 cols 8+8 | V.bias@0 cols 16+8
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_up.weight [32,8] Up@0 <NormFfn@0
            blk.0.ffn_down.weight [8,32] Down@0
            output_norm.weight [8] FinalNorm
            """),
        new("GGUF, Phi-3", "gguf-gate-up", """{"model_type":"phi3"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_qkv.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_up.weight [24,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0
            blk.0.ffn_down.weight [8,12] Down@0
            """),
        new("GGUF, DeepSeek V2", "gguf", """{"model_type":"deepseek2"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q_a.weight [6,8] QA@0 <NormAttn@0
            blk.0.attn_q_a_norm.weight [6] QANorm@0
            blk.0.attn_q_b.weight [12,6] QB@0 <QANorm@0
            blk.0.attn_kv_a_mqa.weight [6,8] KvA@0 <NormAttn@0
            blk.0.attn_kv_a_norm.weight [4] KvANorm@0
            blk.0.attn_kv_b.weight [16,4] KvB@0 <KvANorm@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.exp_probs_b.bias [2] RouterBias@0
            blk.0.ffn_up_exps.weight [1,6,8] Up@0 e0 <NormFfn@0
            blk.0.ffn_down_exps.weight [1,8,6] Down@0 e0
            """),
        new("GGUF, gpt-oss", "gguf-late-norm", """{"model_type":"gpt-oss"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_q.bias [8] Q.bias@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.attn_sinks.weight [2] Sinks@0
            blk.0.post_attention_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.ffn_gate_inp.bias [2] Router.bias@0
            blk.0.ffn_gate_exps.weight [2,6,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Gate@0 e1 rows 6+6 <NormFfn@0
            blk.0.ffn_gate_exps.bias [2,6] Gate.bias@0 e0 rows 0+1 | Gate.bias@0 e1 rows 1+1
            blk.0.ffn_up_exps.weight [2,6,8] Up@0 e0 rows 0+6 <NormFfn@0 | Up@0 e1 rows 6+6 <NormFfn@0
            blk.0.ffn_down_exps.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            blk.0.ffn_down_exps.bias [2,8] Down.bias@0 e0 rows 0+1 | Down.bias@0 e1 rows 1+1
            output_norm.weight [8] FinalNorm
            """),
        new("GGUF, GLM-4.5", "gguf-late-norm", """{"model_type":"glm4moe"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.post_attention_norm.weight [8] NormFfn@0
            blk.0.ffn_gate.weight [12,8] Gate@0 <NormFfn@0
            blk.0.ffn_up.weight [12,8] Up@0 <NormFfn@0
            blk.0.ffn_down.weight [8,12] Down@0
            """),
        new("GGUF, experts with gate and up in one", "gguf", """{"model_type":"deepseek2"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_norm.weight [8] NormFfn@0
            blk.0.ffn_gate_inp.weight [2,8] Router@0 <NormFfn@0
            blk.0.ffn_gate_up_exps.weight [2,12,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Up@0 e0 rows 6+6 <NormFfn@0 | Gate@0 e1 rows 12+6 <NormFfn@0 | Up@0 e1 rows 18+6 <NormFfn@0
            blk.0.ffn_down_exps.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            """),
        new("GGUF, Falcon 40B", "gguf-two-norms", """{"model_type":"falcon"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormFfn@0
            blk.0.attn_norm_2.weight [8] NormAttn@0
            blk.0.attn_qkv.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_up.weight [32,8] Up@0 <NormFfn@0
            blk.0.ffn_down.weight [8,32] Down@0
            output_norm.weight [8] FinalNorm
            """),
        new("GGUF, Falcon 7B", "gguf", """{"model_type":"falcon"}""", """
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_qkv.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            blk.0.ffn_up.weight [32,8] Up@0 <NormAttn@0
            blk.0.ffn_down.weight [8,32] Down@0
            output_norm.weight [8] FinalNorm
            """),
        new("GGUF, Llama 3.1", "gguf", """{"model_type":"llama"}""", """
            rope_freqs.weight [2] Buffer
            token_embd.weight [20,8] Embed
            blk.0.attn_norm.weight [8] NormAttn@0
            blk.0.attn_q.weight [8,8] Q@0 <NormAttn@0
            blk.0.attn_output.weight [8,8] O@0
            """),
        new("GGUF, BERT", "gguf-bert", """{"model_type":"bert"}""", """
            token_embd.weight [20,8] Embed
            token_embd_norm.weight [8] EmbedNorm
            blk.0.attn_q.weight [8,8] Q@0 <EmbedNorm@-1
            blk.0.attn_output.weight [8,8] O@0
            blk.0.attn_output_norm.weight [8] NormAttnPost@0
            blk.0.ffn_up.weight [32,8] Up@0 <NormAttnPost@0
            blk.0.ffn_down.weight [8,32] Down@0
            blk.0.layer_output_norm.weight [8] NormFfnPost@0
            """),
    ];
}
