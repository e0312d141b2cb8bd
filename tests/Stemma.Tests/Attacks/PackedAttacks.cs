using System.Text;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Tests.Support;
using Stored = (Stemma.Checkpoints.Safetensors.SafetensorsTensor Tensor, System.ReadOnlyMemory<byte> Bytes);

namespace Stemma.Tests.Attacks;

/// <summary>Packed weights whose parts lie about one another: refused where they stand, or left unread and told, never read wrongly.</summary>
public sealed class PackedAttacks : IDisposable
{
    private const string M = "model.layers.0.self_attn.q_proj";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Layouts => [.. PackedKinds.Names];

    /// <summary>Without its scales a matrix of integers says nothing, so the model is not covered.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public void Each_companion_that_is_missing_leaves_the_weight_unread_or_is_refused(string layout)
    {
        var whole = Pack(layout);
        foreach (var gone in whole.Skip(1).Where(t => !IsNeedless(t.Tensor.Name)))
        {
            var path = Write([.. whole.Where(t => t.Tensor.Name != gone.Tensor.Name)]);
            try
            {
                using var checkpoint = CheckpointOpener.Open(path);
                Assert.DoesNotContain(checkpoint.Tensors, t => t.Packing is not null);
                var notices = Stemma.Anatomy.AnatomyReader.Read(checkpoint.Tensors, null, "m").Notices;
                Assert.True(notices.Any(n => n is { Code: "quantised", LimitsCoverage: true }) || checkpoint.Tensors.All(t => !t.Type.IsFloat() || t.Type == TensorType.F8E4M3), $"{layout} without {gone.Tensor.Name}");
            }
            catch (StemmaException e) when (e.Fault.Code == FaultCode.PackedTensorInvalid)
            {
                Assert.NotEmpty(e.Fault.Allowed);
            }
        }
    }

    /// <summary>Every part is cut or widened along every axis in turn: nothing may be read as if it fitted.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_part_of_another_shape_is_refused(string layout)
    {
        var whole = Pack(layout);
        foreach (var part in whole)
        {
            for (var axis = 0; axis < part.Tensor.Shape.Count; axis++)
            {
                foreach (var change in (int[])[-1, 1])
                {
                    var shape = part.Tensor.Shape.ToArray();
                    shape[axis] += change;
                    if (shape[axis] < 1) continue;
                    var tensor = part.Tensor with { Shape = shape };
                    var path = Write([.. whole.Select(t => t.Tensor.Name == tensor.Name ? (tensor, (ReadOnlyMemory<byte>)new byte[tensor.ByteLength]) : t)]);
                    try
                    {
                        using var checkpoint = CheckpointOpener.Open(path);
                        var packed = checkpoint.Tensors.FirstOrDefault(t => t.Packing is not null);
                        // A matrix that lost or gained a row with nothing that says so is another matrix, and its numbers are all there.
                        // Two scales in a row of numbers are two groups: the scales alone say how many there are.
                        var otherGroups = layout == "fp8-rows" && axis == 1 && shape[1] == 2;
                        Assert.True(packed is null || otherGroups || IsNeedless(tensor.Name) || ReferenceEquals(part.Tensor, whole[0].Tensor), $"{layout}: {tensor.Name} of [{string.Join(", ", shape)}]");
                        if (packed is not null) checkpoint.ReadRows(packed, 0, new byte[packed.ByteLength]);
                    }
                    catch (StemmaException e)
                    {
                        Assert.True(e.Fault.Code is FaultCode.PackedTensorInvalid or FaultCode.PackedNumbersInvalid, e.Message);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_part_of_another_type_is_refused_or_left_unread(string layout)
    {
        var whole = Pack(layout);
        foreach (var part in whole.Where(t => !IsNeedless(t.Tensor.Name)))
        {
            var tensor = part.Tensor with { Type = TensorType.Bool };
            var path = Write([.. whole.Select(t => t.Tensor.Name == tensor.Name ? (tensor, (ReadOnlyMemory<byte>)new byte[tensor.ByteLength]) : t)]);
            try
            {
                using var checkpoint = CheckpointOpener.Open(path);
                Assert.DoesNotContain(checkpoint.Tensors, t => t.Packing is not null);
            }
            catch (StemmaException e)
            {
                Assert.Equal(FaultCode.PackedTensorInvalid, e.Fault.Code);
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_group_that_is_not_there_is_refused_when_it_is_met(int group)
    {
        var groups = Enumerable.Range(0, 128).Select(i => i / 32).ToArray();
        groups[77] = group;
        var path = Write([.. Pack("gptq-4").Select(t => t.Tensor.Name.EndsWith("g_idx", StringComparison.Ordinal) ? IntegerPackers.Stored(t.Tensor.Name, TensorType.I32, [128], groups) : t)]);
        using var checkpoint = CheckpointOpener.Open(path);
        var fault = Assert.Throws<StemmaException>(() => checkpoint.ReadRows(checkpoint.Tensors[0], 0, new byte[512])).Fault;
        Assert.Equal(FaultCode.PackedNumbersInvalid, fault.Code);
        Assert.Contains("g_idx", fault.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"blocksize":64}""")]
    [InlineData("""{"shape":[64,128],"blocksize":0}""")]
    [InlineData("""{"shape":[64,128],"blocksize":-64}""")]
    [InlineData("""{"shape":[64,128],"blocksize":1e400}""")]
    [InlineData("""{"shape":[64,-128],"blocksize":64}""")]
    [InlineData("""{"shape":[-64,-128],"blocksize":64}""")]
    [InlineData("""{"shape":[4294967296,4294967296],"blocksize":64}""")]
    [InlineData("""{"shape":[9223372036854775807,9223372036854775807],"blocksize":64}""")]
    [InlineData("""{"shape":"64","blocksize":64}""")]
    [InlineData("""{"shape":[64,128.5],"blocksize":64}""")]
    [InlineData("""{"shape":[1,1,64,128],"blocksize":64}""")]
    [InlineData("""{"shape":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],"blocksize":64}""")]
    [InlineData("""{"shape":[64,128],"blocksize":64,"nested_blocksize":0}""")]
    [InlineData("""{"shape":[64,128],"blocksize":64,"nested_offset":"x"}""")]
    public void A_state_that_is_no_state_is_refused(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var path = Write([.. Pack("nf4").Select(t => t.Tensor.Name.Contains("quant_state", StringComparison.Ordinal) ? IntegerPackers.Stored(t.Tensor.Name, TensorType.U8, [bytes.Length], bytes) : t)]);
        Hostile.Refused(path, FaultCode.PackedNumbersInvalid);
    }

    [Fact]
    public void A_state_that_claims_more_than_the_file_holds_is_refused()
    {
        var bytes = """{"shape":[1048576,1048576],"blocksize":64}"""u8.ToArray();
        var path = Write([.. Pack("nf4").Select(t => t.Tensor.Name.Contains("quant_state", StringComparison.Ordinal) ? IntegerPackers.Stored(t.Tensor.Name, TensorType.U8, [bytes.Length], bytes) : t)]);
        Hostile.Refused(path, FaultCode.PackedTensorInvalid);
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(64, 0)]
    [InlineData(64, -128)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(64, 1L << 40)]
    public void A_stated_shape_out_of_range_is_refused(long outputs, long inputs)
    {
        var path = Write([.. Pack("packed-int4").Select(t => t.Tensor.Name.EndsWith("_shape", StringComparison.Ordinal) ? IntegerPackers.Stored(t.Tensor.Name, TensorType.I64, [2], new[] { outputs, inputs }) : t)]);
        Hostile.Refused(path, FaultCode.PackedNumbersInvalid);
    }

    [Fact]
    public void A_weight_that_is_stored_packed_and_plainly_is_refused() =>
        Hostile.Refused(Write([.. Pack("gptq-4"), SafetensorsBytes.Tensor(M + ".weight", TensorType.BF16, [64, 128])]), FaultCode.PackedTensorInvalid);

    [Fact]
    public void A_row_too_long_to_turn_is_refused()
    {
        const int Inputs = (1 << 20) + 32;
        var path = Write(
            [
                IntegerPackers.Stored(M + ".qweight", TensorType.I32, [Inputs / 16, 16], new int[Inputs]), IntegerPackers.Stored(M + ".qzeros", TensorType.I32, [1, 1], new int[1]),
                IntegerPackers.Stored(M + ".scales", TensorType.F16, [1, 16], new Half[16]),
            ]);
        Hostile.Refused(path, FaultCode.PackedTensorInvalid);
    }

    [Fact]
    public void Broken_words_in_the_configuration_are_a_fault_of_the_configuration()
    {
        var path = Write(Pack("gptq-4"));
        File.WriteAllText(_folder["config.json"], "{\"quantization_config\":");
        Hostile.Refused(path, FaultCode.ConfigInvalid);
    }

    /// <summary>The bits of a configuration that differ from those of the shapes are a lie of one of them.</summary>
    [Fact]
    public void Bits_that_the_shapes_deny_are_refused()
    {
        var path = Write(Pack("gptq-4"));
        File.WriteAllText(_folder["config.json"], """{"quantization_config":{"bits":8}}""");
        Hostile.Refused(path, FaultCode.PackedTensorInvalid);
    }

    /// <summary>The names by which parts of ONNX weights are joined mean nothing new in another format: sizes and types are checked there too.</summary>
    [Theory]
    [InlineData("onnx_blocks_4", TensorType.U8, new long[] { 2, 2, 8 }, "onnx_block_scales", TensorType.F8E4M3, new long[] { 2, 2 })]
    [InlineData("onnx_blocks_4", TensorType.U8, new long[] { 2, 2, 8 }, "onnx_block_scales", TensorType.F32, new long[] { 2, 3 })]
    [InlineData("onnx_blocks_4", TensorType.U8, new long[] { 2, 2, 0 }, "onnx_block_scales", TensorType.F32, new long[] { 2, 2 })]
    [InlineData("onnx_blocks_8", TensorType.F32, new long[] { 2, 2, 8 }, "onnx_block_scales", TensorType.F32, new long[] { 2, 2 })]
    [InlineData("onnx_int8", TensorType.I8, new long[] { 2, 3 }, "onnx_int8_scale", TensorType.F8E5M2, new long[] { 3 })]
    [InlineData("onnx_int8_turned", TensorType.I8, new long[] { 2, 3 }, "onnx_int8_scale", TensorType.F32, new long[] { 2 })]
    [InlineData("onnx_int8", TensorType.I8, new long[] { 0, 3 }, "onnx_int8_scale", TensorType.F32, new long[] { 3 })]
    public void Names_made_for_one_format_are_checked_in_every_other(string codes, TensorType type, long[] shape, string scales, TensorType scaleType, long[] scaleShape) =>
        Hostile.Refused(Write([SafetensorsBytes.Tensor($"m.weight.{codes}", type, shape), SafetensorsBytes.Tensor($"m.weight.{scales}", scaleType, scaleShape)]), FaultCode.PackedTensorInvalid);

    [Fact]
    public void Halves_of_complex_numbers_are_no_halves()
    {
        using var checkpoint = CheckpointOpener.Open(Write([
            SafetensorsBytes.Tensor("model.layers.0.self_attn.embed_q.weight", TensorType.C64, [1, 2, 3]), SafetensorsBytes.Tensor("model.layers.0.self_attn.unembed_out.weight", TensorType.F32, [1, 4, 2])]));
        Assert.Equal(2, checkpoint.Tensors.Count);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What a reader can do without: the order of the groups, the table that is known, how rows were once laid out.</summary>
    private static bool IsNeedless(string name) => name.EndsWith("g_idx", StringComparison.Ordinal) || name.EndsWith("weight_format", StringComparison.Ordinal)
        || name.EndsWith("input_global_scale", StringComparison.Ordinal) || name.EndsWith("weight_zero_point", StringComparison.Ordinal);

    private Stored[] Pack(string layout)
    {
        if (PackedKinds.NeedsConfig(layout)) File.WriteAllText(_folder["config.json"], $$"""{"quantization_config":{{PackedKinds.Of(layout).Config}}}""");
        return [.. PackedKinds.Of(layout).Pack(M, new Dice(1).Normals(64 * 128, 0.02), 64, 128).Stored];
    }

    private string Write(IReadOnlyList<Stored> stored) => _folder.Write("model.safetensors", SafetensorsBytes.Of(stored));
}
