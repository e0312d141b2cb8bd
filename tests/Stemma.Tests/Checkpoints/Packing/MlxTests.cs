using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Safetensors;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Packing;

/// <summary>Models for Apple's MLX: sizes that shapes do not tell, modules with sizes of their own, stacked experts.</summary>
public sealed class MlxTests : IDisposable
{
    private const string Config = """{"model_type":"qwen3_moe","quantization":{"group_size":64,"bits":4,"mode":"affine","model.b":{"group_size":32,"bits":8}}}""";

    private readonly TempFolder _folder = new();

    /// <summary>One row of 32: the word 0x76543210 holds 0 to 7 from the lowest bits up; with s = 0.5 and b = -1 they are -1, -0.5, ..., 2.5.</summary>
    [Fact]
    public void Golden()
    {
        var path = Write(
            """{"quantization":{"group_size":32,"bits":4}}""", IntegerPackers.Stored("a.weight", TensorType.U32, [1, 4], Enumerable.Repeat(0x76543210u, 4).ToArray()),
            IntegerPackers.Stored("a.scales", TensorType.BF16, [1, 1], new ushort[] { 0x3F00 }), IntegerPackers.Stored("a.biases", TensorType.BF16, [1, 1], new ushort[] { 0xBF80 }));
        using var checkpoint = CheckpointOpener.Open(path);
        var row = new float[32];
        checkpoint.ReadNumbers(checkpoint.Tensors.Single(), 0, row);
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f], row[..8]);
        Assert.Equal(row[..8], row[24..]);
    }

    [Fact]
    public void Shapes_that_fit_several_sizes_are_read_as_the_configuration_says_module_by_module()
    {
        var (a, b) = (Packed("model.a", 4, 64), Packed("model.b", 8, 32));
        using var checkpoint = CheckpointOpener.Open(Write(Config, [.. a.Stored, .. b.Stored]));
        foreach (var (name, packed) in new[] { ("model.a", a), ("model.b", b) })
        {
            var tensor = checkpoint.Tensors.Single(one => one.Name == name + ".weight");
            var numbers = new float[packed.Values.Length];
            checkpoint.ReadNumbers(tensor, 0, numbers);
            Assert.Equal(packed.Values, numbers);
        }
    }

    [Fact]
    public void Without_a_configuration_shapes_that_fit_several_sizes_are_refused_and_named()
    {
        var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Write(null, [.. Packed("model.a", 4, 64).Stored]))).Fault;
        Assert.Equal(FaultCode.PackedTensorInvalid, fault.Code);
        Assert.Contains("4 bits by 64", fault.Found, StringComparison.Ordinal);
        Assert.Contains("8 bits by 32", fault.Found, StringComparison.Ordinal);
        Assert.Contains("config.json", fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Scales_that_fit_no_size_are_refused()
    {
        var packed = Packed("a", 4, 64);
        foreach (var groups in (int[])[3, 5])
        {
            var wrong = IntegerPackers.Stored("a.scales", TensorType.F16, [2, groups], new Half[2 * groups]);
            var bias = IntegerPackers.Stored("a.biases", TensorType.F16, [2, groups], new Half[2 * groups]);
            Assert.Equal(FaultCode.PackedTensorInvalid, Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Write(Config, packed.Stored[0], wrong, bias))).Fault.Code);
        }
    }

    [Fact]
    public void Stacked_experts_are_matrices_one_after_another_and_have_their_roles()
    {
        const int Experts = 3, Hidden = 128, Units = 64;
        var stored = new List<(SafetensorsTensor, ReadOnlyMemory<byte>)>
        {
            SafetensorsBytes.Tensor("model.embed_tokens.weight", TensorType.BF16, [20, Hidden]), SafetensorsBytes.Tensor("model.norm.weight", TensorType.BF16, [Hidden]),
            SafetensorsBytes.Tensor("model.layers.0.input_layernorm.weight", TensorType.BF16, [Hidden]), SafetensorsBytes.Tensor("model.layers.0.post_attention_layernorm.weight", TensorType.BF16, [Hidden]),
            SafetensorsBytes.Tensor("model.layers.0.mlp.gate.weight", TensorType.BF16, [Experts, Hidden]),
        };
        foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "o_proj"]) stored.Add(SafetensorsBytes.Tensor($"model.layers.0.self_attn.{name}.weight", TensorType.BF16, [Hidden, Hidden]));
        var gate = MlxPackers.Integers(4, 64)("model.layers.0.mlp.switch_mlp.gate_proj", new Dice(1).Normals(Experts * Units * Hidden), Experts * Units, Hidden);
        foreach (var name in (string[])["gate_proj", "up_proj", "down_proj"])
        {
            var (rows, columns) = name == "down_proj" ? (Hidden, Units) : (Units, Hidden);
            var packed = name == "gate_proj" ? gate : MlxPackers.Integers(4, 64)($"model.layers.0.mlp.switch_mlp.{name}", new Dice(2).Normals(Experts * rows * columns), Experts * rows, columns);
            stored.AddRange(packed.Stored.Select(one => (one.Tensor with { Shape = [Experts, rows, one.Tensor.Shape[1]] }, one.Bytes)));
        }

        using var model = ModelWeights.Open(Write(Config, [.. stored]));
        Assert.Equal((3, Units, 1), (model.Shape.Experts, model.Shape.ExpertFfn, model.Shape.Layers));
        for (var expert = 0; expert < Experts; expert++)
            Assert.Equal(gate.Values.AsSpan(expert * Units * Hidden, Units * Hidden).ToArray(), model.Read(TensorRole.Gate, 0, expert)!.Data);
        Assert.NotNull(model.Read(TensorRole.Down, 0, 2));
        Assert.Empty(model.Anatomy.Notices);
    }

    [Fact]
    public void The_halves_of_latent_attention_are_joined_when_they_were_unpacked()
    {
        // One head; rank and key of 64: [heads, rank, key] and [heads, value, rank].
        var (keys, values) = (Packed("model.layers.0.self_attn.embed_q", 4, 32, 64, 64), Packed("model.layers.0.self_attn.unembed_out", 4, 32, 16, 64));
        var stored = keys.Stored.Select(one => (one.Tensor with { Shape = [1, .. one.Tensor.Shape] }, one.Bytes)).Concat(values.Stored.Select(one => (one.Tensor with { Shape = [1, .. one.Tensor.Shape] }, one.Bytes)));
        using var checkpoint = CheckpointOpener.Open(Write("""{"quantization":{"group_size":32,"bits":4}}""", [.. stored]));
        var tensor = Assert.Single(checkpoint.Tensors);
        Assert.Equal(("model.layers.0.self_attn.kv_b_proj.weight", "MLX 4-bit, groups of 32"), (tensor.Name, tensor.Packing!.Name));
        Assert.Equal([80, 64], tensor.Shape);
        Assert.Equal(keys.Stored.Concat(values.Stored).Sum(one => one.Bytes.Length), tensor.StoredBytes);
        var numbers = new float[80 * 64];
        checkpoint.ReadNumbers(tensor, 0, numbers);
        Assert.Equal(keys.Values[5], numbers[5 * 64]);
        Assert.Equal(keys.Values[(9 * 64) + 3], numbers[(3 * 64) + 9]);
        Assert.Equal(values.Values, numbers[(64 * 64)..]);
    }

    public void Dispose() => _folder.Dispose();

    private static PackedMatrix Packed(string module, int bits, int group, int outputs = 2, int inputs = 256) => MlxPackers.Integers(bits, group)(module, new Dice(bits).Normals(outputs * inputs), outputs, inputs);

    private string Write(string? config, params (SafetensorsTensor, ReadOnlyMemory<byte>)[] stored)
    {
        if (config is not null) File.WriteAllText(_folder["config.json"], config);
        return _folder.Write("model.safetensors", SafetensorsBytes.Of(stored));
    }
}
