using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;

namespace Stemma.Tests.Anatomy;

/// <summary>Transformers that people build at home, each with its own names.</summary>
public sealed class InferenceTests
{
    /// <summary>The well-known lecture's GPT: a tensor per head, masks stored beside them, more positions than characters.</summary>
    [Fact]
    public void A_lecture_gpt_with_one_tensor_per_head_is_understood()
    {
        List<TensorInfo> tensors = [Header.Tensor("token_embedding_table.weight", 41, 64), Header.Tensor("position_embedding_table.weight", 128, 64)];
        for (var i = 0; i < 4; i++)
        {
            for (var head = 0; head < 4; head++)
            {
                tensors.Add(Header.Tensor($"blocks.{i}.sa.heads.{head}.tril", 128, 128));
                foreach (var name in new[] { "key", "query", "value" }) tensors.Add(Header.Tensor($"blocks.{i}.sa.heads.{head}.{name}.weight", 16, 64));
            }

            tensors.AddRange(Header.Parse($"""
                blocks.{i}.sa.proj.weight [64,64]
                blocks.{i}.sa.proj.bias [64]
                blocks.{i}.ffwd.net.0.weight [256,64]
                blocks.{i}.ffwd.net.0.bias [256]
                blocks.{i}.ffwd.net.2.weight [64,256]
                blocks.{i}.ffwd.net.2.bias [64]
                blocks.{i}.ln1.weight [64]
                blocks.{i}.ln1.bias [64]
                blocks.{i}.ln2.weight [64]
                blocks.{i}.ln2.bias [64]
                """));
        }

        tensors.AddRange(Header.Parse("ln_f.weight [64]\nln_f.bias [64]\nlm_head.weight [41,64]\nlm_head.bias [41]"));

        var anatomy = AnatomyReader.Read(tensors, null, "lecture");

        Assert.Equal("inferred", anatomy.Architecture);
        Assert.Equal(new ModelShape { Layers = 4, Hidden = 64, Heads = 4, KvHeads = 4, HeadDim = 16, Ffn = 256, Vocabulary = 41 }, anatomy.Shape);
        Assert.Empty(anatomy.Notices);
        var text = Header.Render(anatomy);
        Assert.Contains("blocks.3.sa.heads.2.query.weight [16,64] Q@3 h2 <NormAttn@3?\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.3.sa.heads.2.tril [128,128] Buffer\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.1.ffwd.net.0.weight [256,64] Up@1 <NormFfn@1?\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.1.ffwd.net.0.bias [256] Up.bias@1?\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.1.ffwd.net.2.weight [64,256] Down@1?\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.0.sa.proj.weight [64,64] O@0?\n", text, StringComparison.Ordinal);
        Assert.Contains("blocks.0.ln2.bias [64] NormFfn.bias@0?\n", text, StringComparison.Ordinal);
        Assert.Contains("token_embedding_table.weight [41,64] Embed?\n", text, StringComparison.Ordinal);
        Assert.Contains("position_embedding_table.weight [128,64] PosEmbed?\n", text, StringComparison.Ordinal);
        Assert.Contains("lm_head.weight [41,64] LmHead <FinalNorm@-1?\n", text, StringComparison.Ordinal);
        Assert.Contains("ln_f.weight [64] FinalNorm?\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Torch_encoder_layers_with_a_fused_in_projection_are_understood()
    {
        var layer = """
            net.encoder.layers.{i}.self_attn.in_proj_weight [96,32] Q@{i} rows 0+32? | K@{i} rows 32+32? | V@{i} rows 64+32?
            net.encoder.layers.{i}.self_attn.in_proj_bias [96] Q.bias@{i} cols 0+32? | K.bias@{i} cols 32+32? | V.bias@{i} cols 64+32?
            net.encoder.layers.{i}.self_attn.out_proj.weight [32,32] O@{i}?
            net.encoder.layers.{i}.self_attn.out_proj.bias [32] O.bias@{i}?
            net.encoder.layers.{i}.linear1.weight [80,32] Up@{i}?
            net.encoder.layers.{i}.linear1.bias [80] Up.bias@{i}?
            net.encoder.layers.{i}.linear2.weight [32,80] Down@{i}?
            net.encoder.layers.{i}.linear2.bias [32] Down.bias@{i}?
            net.encoder.layers.{i}.norm1.weight [32] NormAttn@{i}?
            net.encoder.layers.{i}.norm2.weight [32] NormFfn@{i}?

            """;
        AssertRenders("net.embed.weight [50,32] Embed?\n" + layer.Replace("{i}", "0") + layer.Replace("{i}", "1") + "net.out.weight [50,32] LmHead?\nnet.out.bias [50] LmHead.bias?\n");
    }

    [Fact]
    public void A_gated_ffn_without_biases_is_told_by_its_three_shapes()
    {
        var layer = """
            stack_{i}_attention_wq [24,24] Q@{i} <NormAttn@{i}?
            stack_{i}_attention_wk [12,24] K@{i} <NormAttn@{i}?
            stack_{i}_attention_wv [12,24] V@{i} <NormAttn@{i}?
            stack_{i}_attention_wo [24,24] O@{i}?
            stack_{i}_mlp_gate [60,24] Gate@{i} <NormFfn@{i}?
            stack_{i}_mlp_in [60,24] Up@{i} <NormFfn@{i}?
            stack_{i}_mlp_down [24,60] Down@{i}?
            stack_{i}_rms_attention [24] NormAttn@{i}?
            stack_{i}_rms_mlp [24] NormFfn@{i}?

            """;
        AssertRenders("wte [99,24] Embed?\n" + layer.Replace("{i}", "0") + layer.Replace("{i}", "1") + "rms_final [24] FinalNorm?\nunembed [99,24] LmHead <FinalNorm@-1?\n");
    }

    /// <summary>Attention and FFN are modules of T5 with a norm inside each, three in a decoder's layer, so the matrices beside a norm tell whose it is.</summary>
    [Fact]
    public void A_norm_inside_a_block_is_that_of_the_matrices_beside_it()
    {
        var layer = """
            decoder.block.{i}.layer.0.SelfAttention.q.weight [16,24] Q@{i} <NormAttn@{i}?
            decoder.block.{i}.layer.0.SelfAttention.k.weight [16,24] K@{i} <NormAttn@{i}?
            decoder.block.{i}.layer.0.SelfAttention.v.weight [16,24] V@{i} <NormAttn@{i}?
            decoder.block.{i}.layer.0.SelfAttention.o.weight [24,16] O@{i}?
            decoder.block.{i}.layer.0.layer_norm.weight [24] NormAttn@{i}?
            decoder.block.{i}.layer.1.EncDecAttention.q.weight [16,24] Unknown
            decoder.block.{i}.layer.1.EncDecAttention.k.weight [16,24] Unknown
            decoder.block.{i}.layer.1.EncDecAttention.v.weight [16,24] Unknown
            decoder.block.{i}.layer.1.EncDecAttention.o.weight [24,16] Unknown
            decoder.block.{i}.layer.1.layer_norm.weight [24] Unknown
            decoder.block.{i}.layer.2.DenseReluDense.wi_0.weight [60,24] Gate@{i} <NormFfn@{i}?
            decoder.block.{i}.layer.2.DenseReluDense.wi_1.weight [60,24] Up@{i} <NormFfn@{i}?
            decoder.block.{i}.layer.2.DenseReluDense.wo.weight [24,60] Down@{i}?
            decoder.block.{i}.layer.2.layer_norm.weight [24] NormFfn@{i}?

            """;
        AssertRenders("shared.weight [50,24] Embed?\n" + layer.Replace("{i}", "0") + layer.Replace("{i}", "1") + "decoder.final_layer_norm.weight [24] FinalNorm?\nlm_head.weight [50,24] LmHead <FinalNorm@-1?\n");
    }

    /// <summary>The bias of a matrix has the length of its output axis, so it shows which way the matrix lies.</summary>
    [Fact]
    public void Biases_show_that_matrices_are_stored_input_first()
    {
        var layer = """
            enc/layer{i}/attention/query/kernel [16,16] Q@{i} T?
            enc/layer{i}/attention/query/bias [16] Q.bias@{i}?
            enc/layer{i}/attention/key/kernel [16,16] K@{i} T?
            enc/layer{i}/attention/value/kernel [16,16] V@{i} T?
            enc/layer{i}/attention/out/kernel [16,16] O@{i} T?
            enc/layer{i}/mlp/a/kernel [16,64] Up@{i} T?
            enc/layer{i}/mlp/a/bias [64] Up.bias@{i}?
            enc/layer{i}/mlp/b/kernel [64,16] Down@{i} T?
            enc/layer{i}/mlp/b/bias [16] Down.bias@{i}?

            """;
        AssertRenders(layer.Replace("{i}", "0") + layer.Replace("{i}", "1"));
    }

    [Fact]
    public void A_net_that_is_no_transformer_keeps_unknown_roles_and_says_so()
    {
        var anatomy = AnatomyReader.Read(Header.Parse("conv1.weight [64,3,7,7]\nfc.weight [10,64]\nfc.bias [10]"), null, "resnet");

        Assert.Equal("unknown", anatomy.Architecture);
        Assert.All(anatomy.Assignments, assignment => Assert.Equal(TensorRole.Unknown, Assert.Single(assignment.Parts).Role));
        Assert.Contains(anatomy.Notices, notice => notice.Code == "roles-unknown");
    }

    [Fact]
    public void A_low_rank_adapter_is_named_as_one()
    {
        var lines = string.Concat(Enumerable.Range(0, 3).Select(i =>
            $"base_model.model.transformer.h.{i}.attn.c_attn.lora_A.weight [8,768]\nbase_model.model.transformer.h.{i}.attn.c_attn.lora_B.weight [2304,8]\n"));

        var anatomy = AnatomyReader.Read(Header.Parse(lines), null, "adapter");

        Assert.Contains(anatomy.Notices, notice => notice is { Code: "adapter", LimitsCoverage: true });
        Assert.All(anatomy.Assignments, assignment => Assert.Equal(TensorRole.Unknown, Assert.Single(assignment.Parts).Role));
    }

    private static void AssertRenders(string lines) => Assert.Equal(lines, Header.Render(AnatomyReader.Read(Header.Parse(lines), null, "home-made")));
}
