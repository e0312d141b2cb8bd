namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints of these families: each line a name, a shape, and the parts expected of it.</summary>
internal static class FusedFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("mamba, transformers", "mamba", """{"model_type":"mamba"}""", """
            backbone.embeddings.weight [20,8] Embed
            backbone.layers.0.norm.weight [8] NormFfn@0
            backbone.layers.0.mixer.A_log [12,4] Unknown
            backbone.layers.0.mixer.D [12] Unknown
            backbone.layers.0.mixer.conv1d.weight [12,1,4] Unknown
            backbone.layers.0.mixer.conv1d.bias [12] Unknown
            backbone.layers.0.mixer.in_proj.weight [24,8] Up@0 rows 0+12 <NormFfn@0 | Gate@0 rows 12+12 <NormFfn@0
            backbone.layers.0.mixer.x_proj.weight [10,12] Unknown
            backbone.layers.0.mixer.dt_proj.weight [12,2] Unknown
            backbone.layers.0.mixer.dt_proj.bias [12] Unknown
            backbone.layers.0.mixer.out_proj.weight [8,12] Down@0
            backbone.norm_f.weight [8] FinalNorm
            """),
        new("mamba, state-spaces", "mamba", null, """
            backbone.embedding.weight [20,8] Embed
            backbone.layers.0.norm.weight [8] NormFfn@0
            backbone.layers.0.norm.bias [8] NormFfn.bias@0
            backbone.layers.0.mixer.in_proj.weight [24,8] Up@0 rows 0+12 <NormFfn@0 | Gate@0 rows 12+12 <NormFfn@0
            backbone.layers.0.mixer.D [12] Unknown
            backbone.layers.0.mixer.out_proj.weight [8,12] Down@0
            backbone.norm_f.weight [8] FinalNorm
            backbone.norm_f.bias [8] FinalNorm.bias
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("mamba2", "mamba2", """{"model_type":"mamba2"}""", """
            backbone.embeddings.weight [20,8] Embed
            backbone.layers.0.norm.weight [8] NormFfn@0
            backbone.layers.0.mixer.A_log [3] Unknown
            backbone.layers.0.mixer.D [3] Unknown
            backbone.layers.0.mixer.dt_bias [3] Unknown
            backbone.layers.0.mixer.conv1d.weight [20,1,4] Unknown
            backbone.layers.0.mixer.conv1d.bias [20] Unknown
            backbone.layers.0.mixer.in_proj.weight [35,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0 | Unknown@0 rows 24+11
            backbone.layers.0.mixer.norm.weight [12] Unknown
            backbone.layers.0.mixer.out_proj.weight [8,12] Down@0
            backbone.norm_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("phi3", "phi3", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.qkv_proj.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate_up_proj.weight [24,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("glm4", "glm4", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.layers.0.self_attn.q_proj.bias [8] Q.bias@0
            model.layers.0.self_attn.k_proj.weight [4,8] K@0 <NormAttn@0
            model.layers.0.self_attn.k_proj.bias [4] K.bias@0
            model.layers.0.self_attn.v_proj.weight [4,8] V@0 <NormAttn@0
            model.layers.0.self_attn.v_proj.bias [4] V.bias@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0 >NormAttnPost@0
            model.layers.0.post_self_attn_layernorm.weight [8] NormAttnPost@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate_up_proj.weight [24,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0 >NormFfnPost@0
            model.layers.0.post_mlp_layernorm.weight [8] NormFfnPost@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("baichuan", "baichuan", null, """
            model.embed_tokens.weight [20,8] Embed
            model.layers.0.input_layernorm.weight [8] NormAttn@0
            model.layers.0.self_attn.W_pack.weight [24,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+8 <NormAttn@0 | V@0 rows 16+8 <NormAttn@0
            model.layers.0.self_attn.o_proj.weight [8,8] O@0
            model.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            model.layers.0.mlp.gate_proj.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.mlp.up_proj.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.mlp.down_proj.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("internlm2", "internlm2", """{"hidden_size":8,"num_attention_heads":4,"num_key_value_heads":2}""", """
            model.tok_embeddings.weight [20,8] Embed
            model.layers.0.attention_norm.weight [8] NormAttn@0
            model.layers.0.attention.wqkv.weight [16,8] Q@0 rows 0+4x2/8 <NormAttn@0 | K@0 rows 4+2x2/8 <NormAttn@0 | V@0 rows 6+2x2/8 <NormAttn@0
            model.layers.0.attention.wo.weight [8,8] O@0
            model.layers.0.ffn_norm.weight [8] NormFfn@0
            model.layers.0.feed_forward.w1.weight [12,8] Gate@0 <NormFfn@0
            model.layers.0.feed_forward.w3.weight [12,8] Up@0 <NormFfn@0
            model.layers.0.feed_forward.w2.weight [8,12] Down@0
            model.norm.weight [8] FinalNorm
            output.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("chatglm", "chatglm", """{"model_type":"chatglm","hidden_size":8,"num_attention_heads":4,"multi_query_attention":true,"multi_query_group_num":2,"kv_channels":2}""", """
            transformer.embedding.word_embeddings.weight [20,8] Embed
            transformer.rotary_pos_emb.inv_freq [1] Buffer
            transformer.encoder.layers.0.input_layernorm.weight [8] NormAttn@0
            transformer.encoder.layers.0.self_attention.query_key_value.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            transformer.encoder.layers.0.self_attention.query_key_value.bias [16] Q.bias@0 cols 0+8 | K.bias@0 cols 8+4 | V.bias@0 cols 12+4
            transformer.encoder.layers.0.self_attention.dense.weight [8,8] O@0
            transformer.encoder.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            transformer.encoder.layers.0.mlp.dense_h_to_4h.weight [24,8] Gate@0 rows 0+12 <NormFfn@0 | Up@0 rows 12+12 <NormFfn@0
            transformer.encoder.layers.0.mlp.dense_4h_to_h.weight [8,12] Down@0
            transformer.encoder.final_layernorm.weight [8] FinalNorm
            transformer.output_layer.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("mpt", "mpt", null, """
            transformer.wte.weight [20,8] Embed
            transformer.blocks.0.norm_1.weight [8] NormAttn@0
            transformer.blocks.0.attn.Wqkv.weight [16,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+4 <NormAttn@0 | V@0 rows 12+4 <NormAttn@0
            transformer.blocks.0.attn.out_proj.weight [8,8] O@0
            transformer.blocks.0.norm_2.weight [8] NormFfn@0
            transformer.blocks.0.ffn.up_proj.weight [32,8] Up@0 <NormFfn@0
            transformer.blocks.0.ffn.down_proj.weight [8,32] Down@0
            transformer.norm_f.weight [8] FinalNorm
            """),
    ];
}
