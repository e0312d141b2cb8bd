namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints of these families: each line a name, a shape, and the parts expected of it.</summary>
internal static class MoeFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("qwen3-moe", "qwen3-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("qwen3-moe stacked", "qwen3-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.gate_up_proj [2,12,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Up@0 e0 rows 6+6 <NormFfn@0 | Gate@0 e1 rows 12+6 <NormFfn@0 | Up@0 e1 rows 18+6 <NormFfn@0
            model.layers.0.mlp.experts.down_proj [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("llama4", "llama4", """{"model_type":"llama4"}""", """
            language_model.model.embed_tokens.weight [20,8] Embed
            language_model.model.layers.0.input_layernorm.weight [8] NormAttn@0
            language_model.model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            language_model.model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            language_model.model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            language_model.model.layers.0.self_attn.o_proj.weight [8,8] O@0
            language_model.model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            language_model.model.layers.0.feed_forward.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            language_model.model.layers.0.feed_forward.up_proj.weight [12,8] Up@0 <NormFfn@0
            language_model.model.layers.0.feed_forward.down_proj.weight [8,12] Down@0
            language_model.model.layers.1.input_layernorm.weight [8] NormAttn@1
            language_model.model.layers.1.self_attn.o_proj.weight [8,8] O@1
            language_model.model.layers.1.post_attention_layernorm.weight [8] NormFfn@1
            language_model.model.layers.1.feed_forward.router.weight [2,8] Router@1 <NormFfn@1
            language_model.model.layers.1.feed_forward.experts.gate_up_proj [2,8,12] Gate@1 e0 rows 0+8 cols 0+6 T <NormFfn@1 | Up@1 e0 rows 0+8 cols 6+6 T <NormFfn@1 | Gate@1 e1 rows 8+8 cols 0+6 T <NormFfn@1 | Up@1 e1 rows 8+8 cols 6+6 T <NormFfn@1
            language_model.model.layers.1.feed_forward.experts.down_proj [2,6,8] Down@1 e0 rows 0+6 T | Down@1 e1 rows 6+6 T
            language_model.model.layers.1.feed_forward.shared_expert.gate_proj.weight [6,8] Gate@1 shared <NormFfn@1
            language_model.model.layers.1.feed_forward.shared_expert.up_proj.weight [6,8] Up@1 shared <NormFfn@1
            language_model.model.layers.1.feed_forward.shared_expert.down_proj.weight [8,6] Down@1 shared
            language_model.model.norm.weight [8] FinalNorm
            language_model.lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("MLX, Qwen2-MoE", "mlx-moe", """{"model_type":"qwen2_moe"}""", """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.switch_mlp.gate_proj.weight [2,6,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Gate@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.mlp.switch_mlp.up_proj.weight [2,6,8] Up@0 e0 rows 0+6 <NormFfn@0 | Up@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.mlp.switch_mlp.down_proj.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            model.layers.0.mlp.shared_expert.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.down_proj.weight [8,12] Down@0 shared
            model.layers.0.mlp.shared_expert_gate.weight [1,8] SharedGate@0 <NormFfn@0
            """),
        new("MLX, Mixtral", "mlx-moe", """{"model_type":"mixtral"}""", """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.block_sparse_moe.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.block_sparse_moe.switch_mlp.gate_proj.weight [2,6,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Gate@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.block_sparse_moe.switch_mlp.up_proj.weight [2,6,8] Up@0 e0 rows 0+6 <NormFfn@0 | Up@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.block_sparse_moe.switch_mlp.down_proj.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            """),
        new("MLX, gpt-oss", "gpt-oss", """{"model_type":"gpt_oss"}""", """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.self_attn.sinks [2] Sinks@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.router.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.gate_proj.weight [2,6,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Gate@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.mlp.experts.gate_proj.bias [2,6] Gate.bias@0 e0 rows 0+1 | Gate.bias@0 e1 rows 1+1
            model.layers.0.mlp.experts.up_proj.weight [2,6,8] Up@0 e0 rows 0+6 <NormFfn@0 | Up@0 e1 rows 6+6 <NormFfn@0
            model.layers.0.mlp.experts.down_proj.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            model.layers.0.mlp.experts.down_proj.bias [2,8] Down.bias@0 e0 rows 0+1 | Down.bias@0 e1 rows 1+1
            """),
        new("qwen2-moe", "qwen2-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.layers.0.mlp.shared_expert.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.down_proj.weight [8,12] Down@0 shared
            model.layers.0.mlp.shared_expert_gate.weight [1,8] SharedGate@0 <NormFfn@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("pangu-pro-moe", "pangu-pro-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.self_attn.o_proj.bias [8] O.bias@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.router_scale [1,2] RouterScale@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.layers.0.mlp.shared_expert.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_expert.down_proj.weight [8,12] Down@0 shared
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("mixtral", "mixtral", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.block_sparse_moe.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.block_sparse_moe.experts.0.w1.weight [12,8] Gate@0 e0 <NormFfn@0
            model.layers.0.block_sparse_moe.experts.0.w3.weight [12,8] Up@0 e0 <NormFfn@0
            model.layers.0.block_sparse_moe.experts.0.w2.weight [8,12] Down@0 e0
            model.layers.0.block_sparse_moe.experts.1.w1.weight [12,8] Gate@0 e1 <NormFfn@0
            model.layers.0.block_sparse_moe.experts.1.w3.weight [12,8] Up@0 e1 <NormFfn@0
            model.layers.0.block_sparse_moe.experts.1.w2.weight [8,12] Down@0 e1
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("glm4-moe", "glm4-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.gate.e_score_correction_bias [2] RouterBias@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.layers.0.mlp.shared_experts.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.down_proj.weight [8,12] Down@0 shared
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("deepseek", "deepseek", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_a_proj.weight [5,8] QA@0 <NormAttn@0
            model.layers.0.self_attn.q_a_layernorm.weight [5] QANorm@0
            model.layers.0.self_attn.q_b_proj.weight [24,5] QB@0 <QANorm@0
            model.layers.0.self_attn.kv_a_proj_with_mqa.weight [6,8] KvA@0 <NormAttn@0
            model.layers.0.self_attn.kv_a_layernorm.weight [4] KvANorm@0
            model.layers.0.self_attn.kv_b_proj.weight [16,4] KvB@0 <KvANorm@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.gate.e_score_correction_bias [2] RouterBias@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.layers.0.mlp.shared_experts.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.down_proj.weight [8,12] Down@0 shared
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("pangu-ultra-moe", "pangu-ultra-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_a_proj.weight [5,8] QA@0 <NormAttn@0
            model.layers.0.self_attn.q_a_layernorm.weight [5] QANorm@0
            model.layers.0.self_attn.q_b_proj.weight [24,5] QB@0 <QANorm@0
            model.layers.0.self_attn.kv_a_proj_with_mqa.weight [6,8] KvA@0 <NormAttn@0
            model.layers.0.self_attn.kv_a_layernorm.weight [4] KvANorm@0
            model.layers.0.self_attn.kv_b_proj.weight [16,4] KvB@0 <KvANorm@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0 >NormAttnPost@0
            model.layers.0.post_attention_layernorm.weight [8] NormAttnPost@0
            model.layers.0.pre_mlp_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0 >NormFfnPost@0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1 >NormFfnPost@0
            model.layers.0.mlp.shared_experts.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_experts.down_proj.weight [8,12] Down@0 shared >NormFfnPost@0
            model.layers.0.post_mlp_layernorm.weight [8] NormFfnPost@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("hunyuan-moe", "hunyuan-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.self_attn.query_layernorm.weight [2] QNorm@0
            model.layers.0.self_attn.key_layernorm.weight [2] KNorm@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate.wg.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.experts.0.gate_proj.weight [6,8] Gate@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.up_proj.weight [6,8] Up@0 e0 <NormFfn@0
            model.layers.0.mlp.experts.0.down_proj.weight [8,6] Down@0 e0
            model.layers.0.mlp.experts.1.gate_proj.weight [6,8] Gate@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.up_proj.weight [6,8] Up@0 e1 <NormFfn@0
            model.layers.0.mlp.experts.1.down_proj.weight [8,6] Down@0 e1
            model.layers.0.mlp.shared_mlp.gate_proj.weight [12,8] Gate@0 shared <NormFfn@0
            model.layers.0.mlp.shared_mlp.up_proj.weight [12,8] Up@0 shared <NormFfn@0
            model.layers.0.mlp.shared_mlp.down_proj.weight [8,12] Down@0 shared
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("gpt-oss", "gpt-oss", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.self_attn.o_proj.bias [8] O.bias@0
            model.layers.0.self_attn.sinks [4] Sinks@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.router.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.mlp.router.bias [2] Router.bias@0
            model.layers.0.mlp.experts.gate_up_proj [2,8,12] Gate@0 e0 rows 0+8 cols 0+1x6/2 T <NormFfn@0 | Up@0 e0 rows 0+8 cols 1+1x6/2 T <NormFfn@0 | Gate@0 e1 rows 8+8 cols 0+1x6/2 T <NormFfn@0 | Up@0 e1 rows 8+8 cols 1+1x6/2 T <NormFfn@0
            model.layers.0.mlp.experts.gate_up_proj_bias [2,12] Gate.bias@0 e0 rows 0+1 cols 0+1x6/2 | Up.bias@0 e0 rows 0+1 cols 1+1x6/2 | Gate.bias@0 e1 rows 1+1 cols 0+1x6/2 | Up.bias@0 e1 rows 1+1 cols 1+1x6/2
            model.layers.0.mlp.experts.down_proj [2,6,8] Down@0 e0 rows 0+6 T | Down@0 e1 rows 6+6 T
            model.layers.0.mlp.experts.down_proj_bias [2,8] Down.bias@0 e0 rows 0+1 | Down.bias@0 e1 rows 1+1
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("granite-moe", "granite-moe", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.block_sparse_moe.router.layer.weight [2,8] Router@0 <NormFfn@0
            model.layers.0.block_sparse_moe.input_linear.weight [2,12,8] Gate@0 e0 rows 0+6 <NormFfn@0 | Up@0 e0 rows 6+6 <NormFfn@0 | Gate@0 e1 rows 12+6 <NormFfn@0 | Up@0 e1 rows 18+6 <NormFfn@0
            model.layers.0.block_sparse_moe.output_linear.weight [2,8,6] Down@0 e0 rows 0+8 | Down@0 e1 rows 8+8
            model.layers.0.shared_mlp.input_linear.weight [24,8] Gate@0 shared rows 0+12 <NormFfn@0 | Up@0 shared rows 12+12 <NormFfn@0
            model.layers.0.shared_mlp.output_linear.weight [8,12] Down@0 shared
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
    ];
}
