using System.Text.Json.Nodes;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Deriving;

/// <summary>Families whose GGUF files differ from their originals in more than names: fused matrices, turned matrices, gains of 1 + w.</summary>
public sealed class GgufFamilyTests : IDisposable
{
    private readonly Workshop _shop = new();

    [Theory]
    [InlineData("gpt2")]
    [InlineData("gemma")]
    [InlineData("phi3")]
    [InlineData("gemma2")]
    [InlineData("gemma3_text")]
    public void What_a_matrix_or_vector_means_is_the_same_in_the_file(string family)
    {
        var parent = Draw(family);
        using var before = ModelWeights.Open(parent);
        using var after = ModelWeights.Open(Write(parent));
        Assert.Empty(after.Anatomy.Notices);
        Assert.Equal((before.Shape.Layers, before.Shape.Hidden, before.Shape.Heads, before.Shape.KvHeads, before.Shape.HeadDim), (after.Shape.Layers, after.Shape.Hidden, after.Shape.Heads, after.Shape.KvHeads, after.Shape.HeadDim));
        var compared = 0;
        foreach (var part in before.Anatomy.Assignments.SelectMany(assignment => assignment.Parts).Where(part => part.Role != TensorRole.Buffer))
        {
            compared++;
            if (part.IsBias) Assert.Equal(before.ReadVector(part.Role, part.Layer, bias: true), after.ReadVector(part.Role, part.Layer, bias: true));
            else if (part.GainOffset != 0) Assert.Equal(before.Gain(new(part.Role, part.Layer)), after.Gain(new(part.Role, part.Layer)));
            else Assert.Equal(before.Read(part.Role, part.Layer)!.Data, after.Read(part.Role, part.Layer)!.Data);
        }

        Assert.True(compared > 20);
    }

    [Fact]
    public void Gemma_gains_are_stored_as_they_are_used()
    {
        var parent = Draw("gemma");
        var file = Write(parent);
        Assert.Equal(Array.ConvertAll(Workshop.Numbers(parent, "model.layers.1.input_layernorm.weight"), gain => gain + 1), Workshop.Numbers(file, "blk.1.attn_norm.weight"));
        Assert.Equal(Workshop.Numbers(parent, "model.layers.1.mlp.up_proj.weight"), Workshop.Numbers(file, "blk.1.ffn_up.weight"));
    }

    [Theory]
    [InlineData("gemma2", "\"sliding_window\":4096,\"attn_logit_softcapping\":50.0,\"final_logit_softcapping\":30.0,\"query_pre_attn_scalar\":8",
        "gemma2.attention.sliding_window=4096 gemma2.attn_logit_softcapping=50 gemma2.final_logit_softcapping=30")]
    [InlineData("gemma3_text", "\"sliding_window\":512,\"sliding_window_pattern\":6,\"rope_theta\":1000000.0,\"rope_local_base_freq\":10000.0,\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":8.0}",
        "gemma3.attention.sliding_window=512 gemma3.rope.freq_base=1000000 gemma3.rope.freq_base_swa=10000 gemma3.rope.scaling.type=linear gemma3.rope.scaling.factor=8")]
    [InlineData("gemma3_text", "\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\",\"factor\":8.0,\"rope_theta\":1000000.0},\"sliding_attention\":{\"rope_type\":\"default\",\"rope_theta\":20000.0}}",
        "gemma3.rope.freq_base=1000000 gemma3.rope.freq_base_swa=20000 gemma3.rope.scaling.factor=8")]
    [InlineData("llama", "\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":4.0,\"rope_theta\":500000.0,\"original_max_position_embeddings\":8192}",
        "llama.rope.freq_base=500000 llama.rope.scaling.type=yarn llama.rope.scaling.factor=4 llama.rope.scaling.original_context_length=8192")]
    public void What_a_configuration_says_of_windows_bounds_and_positions_the_keys_say_too(string family, string more, string keys)
    {
        using var file = CheckpointOpener.Open(Write(Draw(family, more)));
        Assert.All(keys.Split(' '), key => Assert.Contains(key, file.Metadata.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Theory]
    [InlineData("gemma2", "\"query_pre_attn_scalar\":144", "scale-left-out")]
    [InlineData("gemma2", "\"layer_types\":[\"full_attention\",\"sliding_attention\",\"full_attention\"]", "window-left-out")]
    [InlineData("gemma3_text", "\"sliding_window_pattern\":4", "window-left-out")]
    [InlineData("llama", "\"num_hidden_layers\":2", "layers-left-out")]
    public void What_the_file_cannot_say_is_told(string family, string more, string code) =>
        Assert.Contains(Engine.Derive(new QuantiseGguf(), [Draw(family, more)], _shop.NewPath + ".gguf").Notices, notice => notice.Code == code);

    [Fact]
    public void Speeds_of_Llama_3_1_are_divided_by_one_where_they_are_fast_and_by_the_factor_where_they_are_slow()
    {
        var divisors = Workshop.Numbers(Write(Draw("llama", "\"rope_theta\":10000.0,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":512}")), "rope_freqs.weight");
        // Heads of 8: speeds 1, 0.1, 0.01, 0.001, wavelengths 6, 63, 628, 6283; up to 512 / 4 nothing changes, from 512 on all.
        Assert.Equal([1f, 1f, 8f, 8f], divisors);
        var between = Workshop.Numbers(Write(Draw("llama", "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"original_max_position_embeddings\":1256}")), "rope_freqs.weight");
        // 1256 / 628.3 = 2 turns lie a third of the way from 1 to 4: 1 / (2/3 / 8 + 1/3).
        Assert.Equal(2.4, between[2], 2);
    }

    [Fact]
    public void Names_and_shapes_of_fused_families_are_those_of_the_converter()
    {
        using var gpt2 = CheckpointOpener.Open(Write(Draw("gpt2"), TensorType.F16));
        Assert.Equal(
            ["position_embd.weight F32 [16, 48]", "blk.0.attn_qkv.weight F16 [144, 48]", "blk.0.attn_qkv.bias F32 [144]", "blk.0.ffn_up.weight F16 [192, 48]", "output_norm.bias F32 [48]"],
            Shown(gpt2, "position_embd.weight", "blk.0.attn_qkv.weight", "blk.0.attn_qkv.bias", "blk.0.ffn_up.weight", "output_norm.bias"));
        Assert.Equal("16", gpt2.Metadata["gpt2.context_length"]);
        Assert.Equal("1E-05", gpt2.Metadata["gpt2.attention.layer_norm_epsilon"]);
        Assert.DoesNotContain(gpt2.Metadata.Keys, key => key.Contains("rope", StringComparison.Ordinal));
        using var phi3 = CheckpointOpener.Open(Write(Draw("phi3"), TensorType.BF16));
        Assert.Equal(["blk.2.attn_qkv.weight BF16 [144, 48]", "blk.2.ffn_up.weight BF16 [80, 48]"], Shown(phi3, "blk.2.attn_qkv.weight", "blk.2.ffn_up.weight"));
        Assert.DoesNotContain(phi3.Tensors, tensor => tensor.Name.Contains("gate", StringComparison.Ordinal) || tensor.Name.Contains("attn_q.", StringComparison.Ordinal));
    }

    [Fact]
    public void Positions_that_the_file_cannot_tell_are_refused_or_told()
    {
        var stretched = Draw("phi3", "\"rope_scaling\":{\"type\":\"longrope\"}");
        Assert.Contains("stretched", Assert.Throws<StemmaException>(() => Write(stretched)).Fault.Found, StringComparison.Ordinal);
        var dynamic = Draw("llama", "\"rope_scaling\":{\"rope_type\":\"dynamic\",\"factor\":8.0}");
        Assert.Contains(Engine.Derive(new QuantiseGguf(), [dynamic], _shop.NewPath + ".gguf").Notices, notice => notice.Code == "positions-left-out");
        var llama31 = Draw("llama", "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0}");
        Assert.DoesNotContain(Engine.Derive(new QuantiseGguf(), [llama31], _shop.NewPath + ".gguf").Notices, notice => notice.Code == "positions-left-out");
    }

    public void Dispose() => _shop.Dispose();

    private static string[] Shown(Checkpoint file, params string[] names) =>
        [.. names.Select(name => file.Tensors.Single(tensor => tensor.Name == name)).Select(tensor => $"{tensor.Name} {tensor.Type.NameOf()} [{string.Join(", ", tensor.Shape)}]")];

    /// <summary>A model of a family, made from the drawn tensors of a Llama.</summary>
    private string Draw(string family, string more = "")
    {
        if (family == "gpt2") return _shop.Draw(Workshop.Gpt2);
        var plain = _shop.Draw(Workshop.Llama);
        var folder = Directory.CreateDirectory(_shop.NewPath).FullName;
        var config = JsonNode.Parse($"{{{more}}}")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(File.ReadAllText(Path.Combine(plain, "config.json")))!.AsObject()) config.TryAdd(name, value?.DeepClone());
        (config["model_type"], config["head_dim"]) = (family, 8);
        config.Remove("architectures");
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        using var checkpoint = CheckpointOpener.Open(plain);
        var tensors = checkpoint.Tensors.Select(tensor => IntegerPackers.Stored(tensor.Name, TensorType.F32, [.. tensor.Shape], Workshop.Numbers(plain, tensor.Name))).ToList();
        if (family == "phi3")
        {
            for (var layer = 0; layer < 3; layer++)
            {
                Fuse($"model.layers.{layer}.self_attn.qkv_proj.weight", [.. new[] { "q", "k", "v" }.Select(name => $"model.layers.{layer}.self_attn.{name}_proj.weight")]);
                Fuse($"model.layers.{layer}.mlp.gate_up_proj.weight", [.. new[] { "gate", "up" }.Select(name => $"model.layers.{layer}.mlp.{name}_proj.weight")]);
            }
        }

        if (family is "gemma2" or "gemma3_text")
        {
            for (var layer = 0; layer < 3; layer++)
            {
                foreach (var (name, size) in (ReadOnlySpan<(string, int)>)[("pre_feedforward_layernorm", 48), ("post_feedforward_layernorm", 48), ("self_attn.q_norm", 8), ("self_attn.k_norm", 8)])
                    if (family != "gemma2" || size == 48) tensors.Add(IntegerPackers.Stored($"model.layers.{layer}.{name}.weight", TensorType.F32, [size], [.. Enumerable.Range(1, size).Select(i => (layer + i + name.Length) / 128f)]));
            }
        }

        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), SafetensorsBytes.Of(tensors));
        return folder;

        void Fuse(string name, string[] parts)
        {
            tensors.RemoveAll(stored => parts.Contains(stored.Tensor.Name));
            float[] numbers = [.. parts.SelectMany(part => Workshop.Numbers(plain, part))];
            tensors.Add(IntegerPackers.Stored(name, TensorType.F32, [numbers.Length / 48, 48], numbers));
        }
    }

    private string Write(string parent, TensorType? type = null)
    {
        var path = _shop.NewPath + ".gguf";
        Engine.Derive(new QuantiseGguf { Type = type }, [parent], path);
        return path;
    }
}
