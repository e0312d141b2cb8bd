namespace Stemma.Tests.Anatomy;

/// <summary>Small checkpoints of these families: each line a name, a shape, and the parts expected of it.</summary>
internal static class EncoderFixtures
{
    public static readonly IReadOnlyList<FamilyFixture> All =
    [
        new("bert", "bert", null, """
            bert.embeddings.word_embeddings.weight [20,8] Embed
            bert.embeddings.position_embeddings.weight [16,8] PosEmbed
            bert.embeddings.token_type_embeddings.weight [2,8] TypeEmbed
            bert.embeddings.LayerNorm.weight [8] EmbedNorm
            bert.embeddings.LayerNorm.bias [8] EmbedNorm.bias
            bert.encoder.layer.0.attention.self.query.weight [8,8] Q@0 <EmbedNorm@-1
            bert.encoder.layer.0.attention.self.query.bias [8] Q.bias@0
            bert.encoder.layer.0.attention.self.key.weight [8,8] K@0 <EmbedNorm@-1
            bert.encoder.layer.0.attention.self.key.bias [8] K.bias@0
            bert.encoder.layer.0.attention.self.value.weight [8,8] V@0 <EmbedNorm@-1
            bert.encoder.layer.0.attention.self.value.bias [8] V.bias@0
            bert.encoder.layer.0.attention.output.dense.weight [8,8] O@0
            bert.encoder.layer.0.attention.output.LayerNorm.weight [8] NormAttnPost@0
            bert.encoder.layer.0.intermediate.dense.weight [32,8] Up@0 <NormAttnPost@0
            bert.encoder.layer.0.output.dense.weight [8,32] Down@0
            bert.encoder.layer.0.output.LayerNorm.weight [8] NormFfnPost@0
            bert.encoder.layer.1.attention.self.query.weight [8,8] Q@1 <NormFfnPost@0
            bert.encoder.layer.1.attention.self.query.bias [8] Q.bias@1
            bert.encoder.layer.1.attention.self.key.weight [8,8] K@1 <NormFfnPost@0
            bert.encoder.layer.1.attention.self.key.bias [8] K.bias@1
            bert.encoder.layer.1.attention.self.value.weight [8,8] V@1 <NormFfnPost@0
            bert.encoder.layer.1.attention.self.value.bias [8] V.bias@1
            bert.encoder.layer.1.attention.output.dense.weight [8,8] O@1
            bert.encoder.layer.1.attention.output.LayerNorm.weight [8] NormAttnPost@1
            bert.encoder.layer.1.intermediate.dense.weight [32,8] Up@1 <NormAttnPost@1
            bert.encoder.layer.1.output.dense.weight [8,32] Down@1
            bert.encoder.layer.1.output.LayerNorm.weight [8] NormFfnPost@1
            bert.pooler.dense.weight [8,8] Unknown
            bert.embeddings.position_ids [1,16] Unknown
            """),
        new("BERT of old, gamma and beta", "bert", null, """
            embeddings.word_embeddings.weight [20,8] Embed
            embeddings.position_embeddings.weight [16,8] PosEmbed
            embeddings.token_type_embeddings.weight [2,8] TypeEmbed
            embeddings.LayerNorm.gamma [8] EmbedNorm
            embeddings.LayerNorm.beta [8] EmbedNorm.bias
            encoder.layer.0.attention.self.query.weight [8,8] Q@0 <EmbedNorm@-1
            encoder.layer.0.attention.self.query.bias [8] Q.bias@0
            encoder.layer.0.attention.self.key.weight [8,8] K@0 <EmbedNorm@-1
            encoder.layer.0.attention.self.key.bias [8] K.bias@0
            encoder.layer.0.attention.self.value.weight [8,8] V@0 <EmbedNorm@-1
            encoder.layer.0.attention.self.value.bias [8] V.bias@0
            encoder.layer.0.attention.output.dense.weight [8,8] O@0
            encoder.layer.0.attention.output.LayerNorm.gamma [8] NormAttnPost@0
            encoder.layer.0.intermediate.dense.weight [32,8] Up@0 <NormAttnPost@0
            encoder.layer.0.output.dense.weight [8,32] Down@0
            encoder.layer.0.output.LayerNorm.gamma [8] NormFfnPost@0
            encoder.layer.1.attention.self.query.weight [8,8] Q@1 <NormFfnPost@0
            encoder.layer.1.attention.self.query.bias [8] Q.bias@1
            encoder.layer.1.attention.self.key.weight [8,8] K@1 <NormFfnPost@0
            encoder.layer.1.attention.self.key.bias [8] K.bias@1
            encoder.layer.1.attention.self.value.weight [8,8] V@1 <NormFfnPost@0
            encoder.layer.1.attention.self.value.bias [8] V.bias@1
            encoder.layer.1.attention.output.dense.weight [8,8] O@1
            encoder.layer.1.attention.output.LayerNorm.gamma [8] NormAttnPost@1
            encoder.layer.1.intermediate.dense.weight [32,8] Up@1 <NormAttnPost@1
            encoder.layer.1.output.dense.weight [8,32] Down@1
            encoder.layer.1.output.LayerNorm.gamma [8] NormFfnPost@1
            """),
        new("RoBERTa", "bert", null, """
            roberta.embeddings.word_embeddings.weight [20,8] Embed
            roberta.embeddings.position_embeddings.weight [16,8] PosEmbed
            roberta.embeddings.token_type_embeddings.weight [2,8] TypeEmbed
            roberta.embeddings.LayerNorm.weight [8] EmbedNorm
            roberta.embeddings.LayerNorm.bias [8] EmbedNorm.bias
            roberta.encoder.layer.0.attention.self.query.weight [8,8] Q@0 <EmbedNorm@-1
            roberta.encoder.layer.0.attention.self.query.bias [8] Q.bias@0
            roberta.encoder.layer.0.attention.self.key.weight [8,8] K@0 <EmbedNorm@-1
            roberta.encoder.layer.0.attention.self.key.bias [8] K.bias@0
            roberta.encoder.layer.0.attention.self.value.weight [8,8] V@0 <EmbedNorm@-1
            roberta.encoder.layer.0.attention.self.value.bias [8] V.bias@0
            roberta.encoder.layer.0.attention.output.dense.weight [8,8] O@0
            roberta.encoder.layer.0.attention.output.LayerNorm.weight [8] NormAttnPost@0
            roberta.encoder.layer.0.intermediate.dense.weight [32,8] Up@0 <NormAttnPost@0
            roberta.encoder.layer.0.output.dense.weight [8,32] Down@0
            roberta.encoder.layer.0.output.LayerNorm.weight [8] NormFfnPost@0
            roberta.encoder.layer.1.attention.self.query.weight [8,8] Q@1 <NormFfnPost@0
            roberta.encoder.layer.1.attention.self.query.bias [8] Q.bias@1
            roberta.encoder.layer.1.attention.self.key.weight [8,8] K@1 <NormFfnPost@0
            roberta.encoder.layer.1.attention.self.key.bias [8] K.bias@1
            roberta.encoder.layer.1.attention.self.value.weight [8,8] V@1 <NormFfnPost@0
            roberta.encoder.layer.1.attention.self.value.bias [8] V.bias@1
            roberta.encoder.layer.1.attention.output.dense.weight [8,8] O@1
            roberta.encoder.layer.1.attention.output.LayerNorm.weight [8] NormAttnPost@1
            roberta.encoder.layer.1.intermediate.dense.weight [32,8] Up@1 <NormAttnPost@1
            roberta.encoder.layer.1.output.dense.weight [8,32] Down@1
            roberta.encoder.layer.1.output.LayerNorm.weight [8] NormFfnPost@1
            """),
        new("distilbert", "distilbert", null, """
            distilbert.embeddings.word_embeddings.weight [20,8] Embed
            distilbert.embeddings.position_embeddings.weight [16,8] PosEmbed
            distilbert.embeddings.LayerNorm.weight [8] EmbedNorm
            distilbert.transformer.layer.0.attention.q_lin.weight [8,8] Q@0 <EmbedNorm@-1
            distilbert.transformer.layer.0.attention.k_lin.weight [8,8] K@0 <EmbedNorm@-1
            distilbert.transformer.layer.0.attention.v_lin.weight [8,8] V@0 <EmbedNorm@-1
            distilbert.transformer.layer.0.attention.out_lin.weight [8,8] O@0
            distilbert.transformer.layer.0.sa_layer_norm.weight [8] NormAttnPost@0
            distilbert.transformer.layer.0.ffn.lin1.weight [32,8] Up@0 <NormAttnPost@0
            distilbert.transformer.layer.0.ffn.lin2.weight [8,32] Down@0
            distilbert.transformer.layer.0.output_layer_norm.weight [8] NormFfnPost@0
            vocab_projector.weight [20,8] LmHead
            """),
    ];
}
