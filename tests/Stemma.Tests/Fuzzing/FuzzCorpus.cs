using System.Text;
using Stemma.Checkpoints.Tensors;
using Stemma.Reporting.Verifying;
using Stemma.Tests.Sketching;
using Stemma.Tests.Support;
using Stored = (Stemma.Checkpoints.Safetensors.SafetensorsTensor Tensor, System.ReadOnlyMemory<byte> Bytes);

namespace Stemma.Tests.Fuzzing;

/// <summary>Small proper files of the formats that have many forms, and what stands beside them.</summary>
internal static class FuzzCorpus
{
    public const string BaseFolder = "base";
    private const string Module = "model.layers.0.self_attn.q_proj", Experts = "model.layers.0.mlp.experts.down_proj";

    /// <summary>Numbers in the file, packed and scattered ones, numbers beside the file, names taken from nodes; each with narrow and with wide numbers.</summary>
    public static IReadOnlyList<byte[]> Onnx()
    {
        byte[] floats = [.. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)];
        byte[][] models =
        [
            OnnxWriter.Model(OnnxWriter.Initialiser("model.norm.weight", 1, [4], floats), OnnxWriter.Initialiser("a", 1, [2, 2], null, t => t.Bytes(4, floats)), OnnxWriter.Initialiser("b", 10, [2], null, t => t.Number(5, 15360).Number(5, 0))),
            OnnxWriter.Model(
                OnnxWriter.Initialiser("w_Q4", 2, [2, 2, 8], new byte[32]), OnnxWriter.Initialiser("w_scales", 1, [4], new byte[16]), OnnxWriter.Initialiser("w_zero_points", 2, [2], [0x21, 0x43]),
                OnnxWriter.Node("MatMulNBits", "/model/layers.0/mlp/up_proj/MatMul_Q4", ["x", "w_Q4", "w_scales", "w_zero_points"], [("K", 32), ("N", 2), ("bits", 4), ("block_size", 16)]),
                OnnxWriter.Initialiser("onnx::MatMul_7_quantized", 3, [2, 3], new byte[6]), OnnxWriter.Initialiser("onnx::MatMul_7_scale", 1, [3], new byte[12]), OnnxWriter.Initialiser("onnx::MatMul_7_zero_point", 3, [], [1]),
                OnnxWriter.Node("MatMulInteger", "/model/layers.0/mlp/gate_proj/MatMul_quant", "x", "onnx::MatMul_7_quantized", "z", "onnx::MatMul_7_zero_point")),
            OnnxWriter.Model(OnnxWriter.Initialiser("onnx::MatMul_1", 16, [2, 4], new byte[16]), OnnxWriter.Node("MatMul", "/model/layers.0/self_attn/q_proj/MatMul", "x", "onnx::MatMul_1")),
            OnnxWriter.Model(OnnxWriter.External("w", 2, [2, 4], ("location", "weights.bin"), ("offset", "8"), ("length", "8")), OnnxWriter.External("v", 17, [3], ("location", "weights.bin"), ("offset", "61"))),
        ];
        return [.. models, .. models.Select(ProtobufFields.Widened)];
    }

    public static IReadOnlyList<(string Name, byte[] Bytes)> OnnxWeights() => [("weights.bin", new byte[64])];

    /// <summary>Every quantised layout that is read, once.</summary>
    public static IReadOnlyList<byte[]> Packed()
    {
        var (codes, exponents, _) = CodePackers.MxBlocks(new Dice(2).Normals(2 * 8 * 64, 0.02));
        return
        [
            .. PackedKinds.Names.Where(name => !PackedKinds.NeedsConfig(name)).Select(name => SafetensorsBytes.Of(Pack(name))),
            SafetensorsBytes.Of([IntegerPackers.Stored(Experts + "_blocks", TensorType.U8, [2, 8, 2, 16], codes), IntegerPackers.Stored(Experts + "_scales", TensorType.U8, [2, 8, 2], exponents)]),
        ];
    }

    public static IReadOnlyList<(string Name, byte[] Bytes)> PackedWeights() => [("model.safetensors", SafetensorsBytes.Of([.. Pack("gptq-4"), .. Pack("fp8-blocks", "model.layers.0.mlp.up_proj")]))];

    public static IReadOnlyList<byte[]> Config() =>
    [
        .. new[] { PackedKinds.Of("gptq-4").Config!, PackedKinds.Of("fp8-blocks").Config! }.Select(quantisation => Encoding.UTF8.GetBytes($$"""
            {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":128,"num_hidden_layers":1,"num_attention_heads":8,"num_key_value_heads":8,"head_dim":8,
             "intermediate_size":64,"vocab_size":64,"tie_word_embeddings":false,"rope_scaling":{"type":"yarn","factor":4.0},"quantization_config":{{quantisation}}}
            """)),
    ];

    public static IReadOnlyList<byte[]> LegacyTorch()
    {
        var objects = new PickleWriter().Dict(("w", p => p.OldTensor("FloatStorage", "5", 6, 1, [2, 2])), ("b", p => p.OldTensor("FloatStorage", "5", 6, 0, [2], part: ("9", 3, 3)))).Stop();
        return [LegacyTorchWriter.File(objects, [("5", 6, new byte[24])])];
    }

    public static IReadOnlyList<byte[]> TorchTar() => [LegacyTorchWriter.Tar(LegacyTorchWriter.TarMembers())];

    /// <summary>One of two files over which every matrix is cut: along its rows, along its columns, not at all.</summary>
    public static IReadOnlyList<byte[]> Part() =>
    [
        MakersModel.Saved([
            new("tok_embeddings.weight", [6, 4], new ushort[24]), new("norm.weight", [8], [1, 2, 3, 4, 5, 6, 7, 8]), new("layers.0.attention.wq.weight", [4, 8], new ushort[32]),
            new("layers.0.attention.wq.bias", [4], new ushort[4]), new("layers.0.attention.wo.weight", [8, 4], new ushort[32]), new("rope.freqs", [2], [1, 2])]),
    ];

    public static IReadOnlyList<(string Name, byte[] Bytes)> BesidePart() => [("consolidated.00.pth", Part()[0]), ("params.json", """{"dim":8,"n_heads":4,"n_kv_heads":4}"""u8.ToArray())];

    public static IReadOnlyList<byte[]> ShardIndex() =>
    [
        """{"metadata":{"total_size":96},"weight_map":{"a.weight":"model-00001-of-00002.safetensors","b.weight":"model-00001-of-00002.safetensors","c.weight":"model-00002-of-00002.safetensors"}}"""u8.ToArray(),
    ];

    public static IReadOnlyList<(string Name, byte[] Bytes)> Shards() =>
    [
        ("model-00001-of-00002.safetensors", SafetensorsBytes.Of([SafetensorsBytes.Tensor("a.weight", TensorType.F32, [2, 4]), SafetensorsBytes.Tensor("b.weight", TensorType.BF16, [2, 8])])),
        ("model-00002-of-00002.safetensors", SafetensorsBytes.Of([SafetensorsBytes.Tensor("c.weight", TensorType.F32, [8])])),
    ];

    /// <summary>Factors of a matrix, of an embedding and of a matrix with lengths; a matrix trained whole.</summary>
    public static IReadOnlyList<byte[]> Adapter()
    {
        const string Prefix = "base_model.model.";
        return
        [
            SafetensorsBytes.Of([
                SafetensorsBytes.Tensor($"{Prefix}{Module}.lora_A.weight", TensorType.F32, [2, 8]), SafetensorsBytes.Tensor($"{Prefix}{Module}.lora_B.weight", TensorType.F32, [8, 2]),
                SafetensorsBytes.Tensor($"{Prefix}{Module}.lora_magnitude_vector", TensorType.F32, [8]),
            ]),
            SafetensorsBytes.Of([
                SafetensorsBytes.Tensor($"{Prefix}model.embed_tokens.lora_embedding_A", TensorType.BF16, [2, 16]), SafetensorsBytes.Tensor($"{Prefix}model.embed_tokens.lora_embedding_B", TensorType.BF16, [8, 2]),
                SafetensorsBytes.Tensor($"{Prefix}model.layers.0.mlp.up_proj.modules_to_save.default.weight", TensorType.F16, [12, 8]),
            ]),
        ];
    }

    public static IReadOnlyList<byte[]> AdapterConfig() =>
        ["""{"peft_type":"LORA","r":2,"lora_alpha":4,"use_rslora":true,"fan_in_fan_out":false,"alpha_pattern":{"q_proj":8},"base_model_name_or_path":"base","target_modules":["q_proj"]}"""u8.ToArray()];

    public static IReadOnlyList<(string Name, byte[] Bytes)> BesideAdapter() => [Base(), ("adapter/adapter_config.json", AdapterConfig()[0])];

    public static IReadOnlyList<(string Name, byte[] Bytes)> BesideAdapterConfig() => [Base(), ("adapter/adapter_model.safetensors", Adapter()[0])];

    public static IReadOnlyList<byte[]> Answers() =>
    [
        "{\"schema\":\"stemma.answers/1\",\"model\":\"m\",\"manner\":\"asked\"}\n{\"prompt\":\"On the first day\",\"next\":\" the\",\"samples\":[\" of the\",\" a\"]}\n{\"prompt\":\"水\",\"samples\":[\"在\",\"\"]}\n"u8.ToArray(),
        "{\"prompt\":\"x\",\"next\":\"\",\"time\":3.5}\r\n\r\n{\"prompt\":\"y\",\"next\":\"\\n\",\"samples\":null}"u8.ToArray(),
    ];

    public static IReadOnlyList<byte[]> Fingerprint() => [SketchBytes.Of(Sketch(FormulaModel.Base with { Layers = 1 }))];

    public static IReadOnlyList<byte[]> Report()
    {
        var (reference, subject) = (Sketch(FormulaModel.Base with { Layers = 1 }), Sketch(FormulaModel.Child with { Layers = 1 }) with { Name = "child" });
        return [Encoding.UTF8.GetBytes(ReportFile.Write(new(new([Engine.Compare(subject, reference)], []), [reference, subject])))];
    }

    private static (string Name, byte[] Bytes) Base() => (
        BaseFolder + "/model.safetensors",
        SafetensorsBytes.Of([
            SafetensorsBytes.Tensor("model.embed_tokens.weight", TensorType.BF16, [16, 8]), SafetensorsBytes.Tensor("model.norm.weight", TensorType.BF16, [8]), SafetensorsBytes.Tensor(Module + ".weight", TensorType.BF16, [8, 8]),
            SafetensorsBytes.Tensor("model.layers.0.mlp.up_proj.weight", TensorType.BF16, [12, 8]),
        ]));

    private static Stemma.Fingerprints.Fingerprint Sketch(FormulaModel model)
    {
        using var folder = new TemporaryFolder();
        return Engine.Fingerprint(model.Write(folder.At("model")), new() { Threads = 1 });
    }

    private static Stored[] Pack(string layout, string module = Module) => [.. PackedKinds.Of(layout).Pack(module, new Dice(1).Normals(64 * 128, 0.02), 64, 128).Stored];
}
