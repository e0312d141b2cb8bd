namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints of these families: each line a name, a shape, and the parts expected of it.</summary>
internal static class GptFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("GPT-2, Conv1D", "gpt2", null, """
            transformer.wte.weight [20,8] Embed
            transformer.wpe.weight [16,8] PosEmbed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.ln_1.bias [8] NormAttn.bias@0
            transformer.h.0.attn.bias [1,1,16,16] Buffer
            transformer.h.0.attn.masked_bias [] Buffer
            transformer.h.0.attn.c_attn.weight [8,24] Q@0 cols 0+8 T <NormAttn@0 | K@0 cols 8+8 T <NormAttn@0 | V@0 cols 16+8 T <NormAttn@0
            transformer.h.0.attn.c_attn.bias [24] Q.bias@0 cols 0+8 | K.bias@0 cols 8+8 | V.bias@0 cols 16+8
            transformer.h.0.attn.c_proj.weight [8,8] O@0 T
            transformer.h.0.attn.c_proj.bias [8] O.bias@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.ln_2.bias [8] NormFfn.bias@0
            transformer.h.0.mlp.c_fc.weight [8,32] Up@0 T <NormFfn@0
            transformer.h.0.mlp.c_fc.bias [32] Up.bias@0
            transformer.h.0.mlp.c_proj.weight [32,8] Down@0 T
            transformer.h.0.mlp.c_proj.bias [8] Down.bias@0
            transformer.ln_f.weight [8] FinalNorm
            transformer.ln_f.bias [8] FinalNorm.bias
            """),
        new("GPT-2 without a prefix", "gpt2", null, """
            wte.weight [20,8] Embed
            wpe.weight [16,8] PosEmbed
            h.0.ln_1.weight [8] NormAttn@0
            h.0.ln_1.bias [8] NormAttn.bias@0
            h.0.attn.bias [1,1,16,16] Buffer
            h.0.attn.masked_bias [] Buffer
            h.0.attn.c_attn.weight [8,24] Q@0 cols 0+8 T <NormAttn@0 | K@0 cols 8+8 T <NormAttn@0 | V@0 cols 16+8 T <NormAttn@0
            h.0.attn.c_attn.bias [24] Q.bias@0 cols 0+8 | K.bias@0 cols 8+8 | V.bias@0 cols 16+8
            h.0.attn.c_proj.weight [8,8] O@0 T
            h.0.attn.c_proj.bias [8] O.bias@0
            h.0.ln_2.weight [8] NormFfn@0
            h.0.ln_2.bias [8] NormFfn.bias@0
            h.0.mlp.c_fc.weight [8,32] Up@0 T <NormFfn@0
            h.0.mlp.c_fc.bias [32] Up.bias@0
            h.0.mlp.c_proj.weight [32,8] Down@0 T
            h.0.mlp.c_proj.bias [8] Down.bias@0
            ln_f.weight [8] FinalNorm
            ln_f.bias [8] FinalNorm.bias
            """),
        new("nanoGPT, Linear, no biases", "gpt2", null, """
            transformer.wte.weight [20,8] Embed
            transformer.wpe.weight [16,8] PosEmbed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.attn.bias [1,1,16,16] Buffer
            transformer.h.0.attn.masked_bias [] Buffer
            transformer.h.0.attn.c_attn.weight [24,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+8 <NormAttn@0 | V@0 rows 16+8 <NormAttn@0
            transformer.h.0.attn.c_attn.bias [24] Q.bias@0 cols 0+8 | K.bias@0 cols 8+8 | V.bias@0 cols 16+8
            transformer.h.0.attn.c_proj.weight [8,8] O@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.mlp.c_fc.weight [32,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.c_proj.weight [8,32] Down@0
            transformer.ln_f.weight [8] FinalNorm
            """),
        new("StarCoder, one key-value head", "gpt2", null, """
            transformer.wte.weight [20,8] Embed
            transformer.wpe.weight [16,8] PosEmbed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.ln_1.bias [8] NormAttn.bias@0
            transformer.h.0.attn.bias [1,1,16,16] Buffer
            transformer.h.0.attn.masked_bias [] Buffer
            transformer.h.0.attn.c_attn.weight [12,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+2 <NormAttn@0 | V@0 rows 10+2 <NormAttn@0
            transformer.h.0.attn.c_attn.bias [12] Q.bias@0 cols 0+8 | K.bias@0 cols 8+2 | V.bias@0 cols 10+2
            transformer.h.0.attn.c_proj.weight [8,8] O@0
            transformer.h.0.attn.c_proj.bias [8] O.bias@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.ln_2.bias [8] NormFfn.bias@0
            transformer.h.0.mlp.c_fc.weight [32,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.c_fc.bias [32] Up.bias@0
            transformer.h.0.mlp.c_proj.weight [8,32] Down@0
            transformer.h.0.mlp.c_proj.bias [8] Down.bias@0
            transformer.ln_f.weight [8] FinalNorm
            transformer.ln_f.bias [8] FinalNorm.bias
            """),
        new("qwen", "qwen", null, """
            transformer.wte.weight [20,8] Embed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.attn.c_attn.weight [24,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+8 <NormAttn@0 | V@0 rows 16+8 <NormAttn@0
            transformer.h.0.attn.c_attn.bias [24] Q.bias@0 cols 0+8 | K.bias@0 cols 8+8 | V.bias@0 cols 16+8
            transformer.h.0.attn.c_proj.weight [8,8] O@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.mlp.w1.weight [12,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.w2.weight [12,8] Gate@0 <NormFfn@0
            transformer.h.0.mlp.c_proj.weight [8,12] Down@0
            transformer.ln_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("gpt-neo", "gpt-neo", null, """
            transformer.wte.weight [20,8] Embed
            transformer.wpe.weight [16,8] PosEmbed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.attn.attention.q_proj.weight [8,8] Q@0 <NormAttn@0
            transformer.h.0.attn.attention.k_proj.weight [8,8] K@0 <NormAttn@0
            transformer.h.0.attn.attention.v_proj.weight [8,8] V@0 <NormAttn@0
            transformer.h.0.attn.attention.out_proj.weight [8,8] O@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.mlp.c_fc.weight [32,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.c_proj.weight [8,32] Down@0
            transformer.ln_f.weight [8] FinalNorm
            """),
        new("EXAONE", "gpt-neo", null, """
            transformer.wte.weight [20,8] Embed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.attn.attention.q_proj.weight [8,8] Q@0 <NormAttn@0
            transformer.h.0.attn.attention.k_proj.weight [8,8] K@0 <NormAttn@0
            transformer.h.0.attn.attention.v_proj.weight [8,8] V@0 <NormAttn@0
            transformer.h.0.attn.attention.out_proj.weight [8,8] O@0
            transformer.h.0.ln_2.weight [8] NormFfn@0
            transformer.h.0.mlp.c_fc_0.weight [12,8] Gate@0 <NormFfn@0
            transformer.h.0.mlp.c_fc_1.weight [12,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.c_proj.weight [8,12] Down@0
            transformer.ln_f.weight [8] FinalNorm
            """),
        new("gpt-j", "gpt-j", null, """
            transformer.wte.weight [20,8] Embed
            transformer.h.0.ln_1.weight [8] NormAttn@0
            transformer.h.0.attn.bias [1,1,16,16] Buffer
            transformer.h.0.attn.masked_bias [] Buffer
            transformer.h.0.attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            transformer.h.0.attn.k_proj.weight [8,8] K@0 <NormAttn@0
            transformer.h.0.attn.v_proj.weight [8,8] V@0 <NormAttn@0
            transformer.h.0.attn.out_proj.weight [8,8] O@0
            transformer.h.0.mlp.fc_in.weight [32,8] Up@0 <NormAttn@0
            transformer.h.0.mlp.fc_in.bias [32] Up.bias@0
            transformer.h.0.mlp.fc_out.weight [8,32] Down@0
            transformer.h.0.mlp.fc_out.bias [8] Down.bias@0
            transformer.ln_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            lm_head.bias [20] LmHead.bias
            """),
        new("gpt-neox", "gpt-neox", """{"hidden_size":8,"num_attention_heads":4}""", """
            gpt_neox.embed_in.weight [20,8] Embed
            gpt_neox.layers.0.input_layernorm.weight [8] NormAttn@0
            gpt_neox.layers.0.attention.bias [1,1,16,16] Buffer
            gpt_neox.layers.0.attention.masked_bias [] Buffer
            gpt_neox.layers.0.attention.rotary_emb.inv_freq [1] Buffer
            gpt_neox.layers.0.attention.query_key_value.weight [24,8] Q@0 rows 0+2x4/6 <NormAttn@0 | K@0 rows 2+2x4/6 <NormAttn@0 | V@0 rows 4+2x4/6 <NormAttn@0
            gpt_neox.layers.0.attention.query_key_value.bias [24] Q.bias@0 cols 0+2x4/6 | K.bias@0 cols 2+2x4/6 | V.bias@0 cols 4+2x4/6
            gpt_neox.layers.0.attention.dense.weight [8,8] O@0
            gpt_neox.layers.0.attention.dense.bias [8] O.bias@0
            gpt_neox.layers.0.post_attention_layernorm.weight [8] NormFfn@0
            gpt_neox.layers.0.post_attention_layernorm.bias [8] NormFfn.bias@0
            gpt_neox.layers.0.mlp.dense_h_to_4h.weight [32,8] Up@0 <NormFfn@0
            gpt_neox.layers.0.mlp.dense_h_to_4h.bias [32] Up.bias@0
            gpt_neox.layers.0.mlp.dense_4h_to_h.weight [8,32] Down@0
            gpt_neox.layers.0.mlp.dense_4h_to_h.bias [8] Down.bias@0
            gpt_neox.final_layer_norm.weight [8] FinalNorm
            gpt_neox.final_layer_norm.bias [8] FinalNorm.bias
            embed_out.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("bloom", "bloom", """{"n_embed":8,"hidden_size":8,"n_head":4}""", """
            word_embeddings.weight [20,8] Embed
            word_embeddings_layernorm.weight [8] EmbedNorm
            word_embeddings_layernorm.bias [8] EmbedNorm.bias
            h.0.input_layernorm.weight [8] NormAttn@0
            h.0.self_attention.query_key_value.weight [24,8] Q@0 rows 0+2x4/6 <NormAttn@0 | K@0 rows 2+2x4/6 <NormAttn@0 | V@0 rows 4+2x4/6 <NormAttn@0
            h.0.self_attention.query_key_value.bias [24] Q.bias@0 cols 0+2x4/6 | K.bias@0 cols 2+2x4/6 | V.bias@0 cols 4+2x4/6
            h.0.self_attention.dense.weight [8,8] O@0
            h.0.self_attention.dense.bias [8] O.bias@0
            h.0.post_attention_layernorm.weight [8] NormFfn@0
            h.0.post_attention_layernorm.bias [8] NormFfn.bias@0
            h.0.mlp.dense_h_to_4h.weight [32,8] Up@0 <NormFfn@0
            h.0.mlp.dense_h_to_4h.bias [32] Up.bias@0
            h.0.mlp.dense_4h_to_h.weight [8,32] Down@0
            h.0.mlp.dense_4h_to_h.bias [8] Down.bias@0
            ln_f.weight [8] FinalNorm
            """),
        new("Falcon-7B", "falcon", """{"model_type":"falcon","hidden_size":8,"num_attention_heads":4,"multi_query":true}""", """
            transformer.word_embeddings.weight [20,8] Embed
            transformer.h.0.input_layernorm.weight [8] NormAttn@0
            transformer.h.0.self_attention.query_key_value.weight [12,8] Q@0 rows 0+8 <NormAttn@0 | K@0 rows 8+2 <NormAttn@0 | V@0 rows 10+2 <NormAttn@0
            transformer.h.0.self_attention.dense.weight [8,8] O@0
            transformer.h.0.mlp.dense_h_to_4h.weight [32,8] Up@0 <NormAttn@0
            transformer.h.0.mlp.dense_4h_to_h.weight [8,32] Down@0
            transformer.ln_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("Falcon-40B", "falcon", """{"model_type":"falcon","hidden_size":8,"num_attention_heads":4,"num_kv_heads":2,"multi_query":true,"new_decoder_architecture":true}""", """
            transformer.word_embeddings.weight [20,8] Embed
            transformer.h.0.ln_attn.weight [8] NormAttn@0
            transformer.h.0.ln_mlp.weight [8] NormFfn@0
            transformer.h.0.self_attention.query_key_value.weight [16,8] Q@0 rows 0+4x2/8 <NormAttn@0 | K@0 rows 4+2x2/8 <NormAttn@0 | V@0 rows 6+2x2/8 <NormAttn@0
            transformer.h.0.self_attention.dense.weight [8,8] O@0
            transformer.h.0.mlp.dense_h_to_4h.weight [32,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.dense_4h_to_h.weight [8,32] Down@0
            transformer.ln_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("Falcon-RW", "falcon", """{"model_type":"falcon","hidden_size":8,"num_attention_heads":4,"multi_query":false}""", """
            transformer.word_embeddings.weight [20,8] Embed
            transformer.h.0.input_layernorm.weight [8] NormAttn@0
            transformer.h.0.post_attention_layernorm.weight [8] NormFfn@0
            transformer.h.0.self_attention.query_key_value.weight [24,8] Q@0 rows 0+2x4/6 <NormAttn@0 | K@0 rows 2+2x4/6 <NormAttn@0 | V@0 rows 4+2x4/6 <NormAttn@0
            transformer.h.0.self_attention.dense.weight [8,8] O@0
            transformer.h.0.mlp.dense_h_to_4h.weight [32,8] Up@0 <NormFfn@0
            transformer.h.0.mlp.dense_4h_to_h.weight [8,32] Down@0
            transformer.ln_f.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
        new("opt", "opt", null, """
            model.decoder.embed_tokens.weight [20,8] Embed
            model.decoder.embed_positions.weight [18,8] PosEmbed
            model.decoder.layers.0.self_attn_layer_norm.weight [8] NormAttn@0
            model.decoder.layers.0.self_attn.q_proj.weight [8,8] Q@0 <NormAttn@0
            model.decoder.layers.0.self_attn.k_proj.weight [8,8] K@0 <NormAttn@0
            model.decoder.layers.0.self_attn.v_proj.weight [8,8] V@0 <NormAttn@0
            model.decoder.layers.0.self_attn.out_proj.weight [8,8] O@0
            model.decoder.layers.0.final_layer_norm.weight [8] NormFfn@0
            model.decoder.layers.0.fc1.weight [32,8] Up@0 <NormFfn@0
            model.decoder.layers.0.fc1.bias [32] Up.bias@0
            model.decoder.layers.0.fc2.weight [8,32] Down@0
            model.decoder.final_layer_norm.weight [8] FinalNorm
            lm_head.weight [20,8] LmHead <FinalNorm@-1
            """),
    ];
}
