namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints of these families: each line a name, a shape, and the parts expected of it.</summary>
internal static class LlamaNamesFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("Llama names with biases", "llama", null, """
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
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("Qwen3, tied", "llama", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.self_attn.q_norm.weight [2] QNorm@0
            model.layers.0.self_attn.k_norm.weight [2] KNorm@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            model.layers.0.self_attn.rotary_emb.inv_freq [1] Buffer
            """),
        new("Cohere, parallel", "llama", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormAttn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormAttn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            """),
        new("wrapped names", "llama", null, """
            base_model.model.model.language_model.embed_tokens.weight [20,8] Embed
            base_model.model.model.language_model.layers.0.input_layernorm.weight [8] NormAttn@0
            base_model.model.model.language_model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            base_model.model.model.language_model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            base_model.model.model.language_model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            base_model.model.model.language_model.layers.0.self_attn.o_proj.weight [8,8] O@0
            base_model.model.model.language_model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            base_model.model.model.language_model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            base_model.model.model.language_model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            base_model.model.model.language_model.layers.0.mlp.down_proj.weight [8,12] Down@0
            _orig_mod.module.lm_head.weight [20,8] LmHead
            """),
        new("starcoder2", "starcoder2", null, """
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
            model.layers.0.mlp.c_fc.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.c_fc.bias [12] Up.bias@0
            model.layers.0.mlp.c_proj.weight [8,12] Down@0
            model.layers.0.mlp.c_proj.bias [8] Down.bias@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("phi", "phi", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.dense.weight [8,8] O@0
            model.layers.0.self_attn.dense.bias [8] O.bias@0
            model.layers.0.mlp.fc1.weight [12,8] Up@0 <NormAttn@0
            model.layers.0.mlp.fc1.bias [12] Up.bias@0
            model.layers.0.mlp.fc2.weight [8,12] Down@0
            model.layers.0.mlp.fc2.bias [8] Down.bias@0
            model.final_layernorm.weight [8] FinalNorm
            model.final_layernorm.bias [8] FinalNorm.bias
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            lm_head.bias [20] LmHead.bias
            """),
        new("nemotron", "nemotron", """{"model_type":"nemotron"}""", """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0 +1
            model.layers.0.input_layernorm.bias [8] NormAttn.bias@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0 +1
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm +1
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("gemma", "gemma", """{"model_type":"gemma"}""", """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0 +1
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0 +1
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm +1
            """),
        new("gemma2", "gemma2", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0 +1
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0 >NormAttnPost@0
            model.layers.0.self_attn.q_norm.weight [2] QNorm@0 +1
            model.layers.0.self_attn.k_norm.weight [2] KNorm@0 +1
            model.layers.0.post_attention_layernorm.weight [8] NormAttnPost@0 +1
            model.layers.0.pre_feedforward_layernorm.weight [8] NormFfn@0 +1
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0 >NormFfnPost@0
            model.layers.0.post_feedforward_layernorm.weight [8] NormFfnPost@0 +1
            model.norm.weight [8] FinalNorm +1
            """),
        new("olmo2", "olmo2", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0 >NormAttnPost@0
            model.layers.0.self_attn.q_norm.weight [8] QNorm@0
            model.layers.0.self_attn.k_norm.weight [4] KNorm@0
            model.layers.0.post_attention_layernorm.weight [8] NormAttnPost@0
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0 >NormFfnPost@0
            model.layers.0.post_feedforward_layernorm.weight [8] NormFfnPost@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("meta-llama", "meta-llama", null, """
            tok_embeddings.weight [20,8] Embed
            layers.0.attention_norm.weight [8] NormAttn@0
            layers.0.attention.wq.weight [8,8] Q@0 <NormAttn@0
            layers.0.attention.wk.weight [4,8] K@0 <NormAttn@0
            layers.0.attention.wv.weight [4,8] V@0 <NormAttn@0
            layers.0.attention.wo.weight [8,8] O@0
            layers.0.ffn_norm.weight [8] NormFfn@0
            layers.0.feed_forward.w1.weight [12,8] Gate@0 <NormFfn@0
            layers.0.feed_forward.w3.weight [12,8] Up@0 <NormFfn@0
            layers.0.feed_forward.w2.weight [8,12] Down@0
            norm.weight [8] FinalNorm
            output.weight [20,8] LmHead <FinalNorm@-1
            rope.freqs [1] Buffer
            """),
    ];
}
