using Stemma.Checkpoints.Tensors;
using Stemma.Tests.Support;

namespace Stemma.Tests.Fuzzing;

/// <summary>A reader under fire.</summary>
/// <param name="Name">How the command and the kept crashes call it.</param>
/// <param name="FileName">What its inputs are called on disk.</param>
/// <param name="Corpus">Small proper files.</param>
/// <param name="Fields">Where in a proper file the numbers and texts stand that a reader believes.</param>
internal sealed record FuzzTarget(string Name, string FileName, Func<IReadOnlyList<byte[]>> Corpus, Func<byte[], IReadOnlyList<FuzzField>> Fields)
{
    /// <summary>Makes a broken file pass the first check, so that what lies behind it is reached; done to every other input.</summary>
    public Action<byte[]> Repair { get; init; } = _ => { };

    /// <summary>Proper files that stand beside the input, which the reader takes together with it.</summary>
    public Func<IReadOnlyList<(string Name, byte[] Bytes)>> Beside { get; init; } = () => [];

    /// <summary>What the program does with the input, given its path.</summary>
    public Action<string> Exercise { get; init; } = FuzzWork.Model;

    /// <summary>Inputs of the run that every change of the program gets; fewer where one costs more.</summary>
    public int ShortRun { get; init; } = 1500;

    /// <summary>Every reader; a new one is one line.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", "m.safetensors", Safetensors, FuzzFields.OfSafetensors) { Repair = FuzzFields.WithHeaderLength },
        new("pytorch", "m.bin", PyTorch, FuzzFields.OfZip) { Repair = FuzzFields.WithChecksums },
        new("gguf", "m.gguf", Gguf, FuzzFields.OfGguf) { Exercise = FuzzWork.Gguf },
        new("onnx", "m.onnx", FuzzCorpus.Onnx, ProtobufFields.Of) { Beside = FuzzCorpus.OnnxWeights },
        new("packed", "m.safetensors", FuzzCorpus.Packed, PackedFields.Of) { Repair = FuzzFields.WithHeaderLength, ShortRun = 800 },
        new("pytorch-legacy", "m.pt", FuzzCorpus.LegacyTorch, PickleFields.Of),
        new("pytorch-tar", "m.tar", FuzzCorpus.TorchTar, PickleFields.OfTar) { Repair = PickleFields.WithTarChecksums, ShortRun = 800 },
        new("parts", "consolidated.01.pth", FuzzCorpus.Part, FuzzFields.OfZip) { Repair = FuzzFields.WithChecksums, Beside = FuzzCorpus.BesidePart, ShortRun = 800 },
        new("shard-index", "model.safetensors.index.json", FuzzCorpus.ShardIndex, WordFields.Of) { Beside = FuzzCorpus.Shards, ShortRun = 500 },
        new("config", "config.json", FuzzCorpus.Config, WordFields.Of) { Beside = FuzzCorpus.PackedWeights, Exercise = FuzzWork.Folder, ShortRun = 500 },
        new("adapter", "adapter/adapter_model.safetensors", FuzzCorpus.Adapter, FuzzFields.OfSafetensors) { Repair = FuzzFields.WithHeaderLength, Beside = FuzzCorpus.BesideAdapter, Exercise = FuzzWork.Adapter, ShortRun = 500 },
        new("adapter-config", "adapter/adapter_config.json", FuzzCorpus.AdapterConfig, WordFields.Of) { Beside = FuzzCorpus.BesideAdapterConfig, Exercise = FuzzWork.Adapter, ShortRun = 500 },
        new("sentencepiece", "tokenizer.model", FuzzTokenizers.Pieces, ProtobufFields.Of) { Exercise = FuzzWork.Tokenizer, ShortRun = 800 },
        new("tokenizer-json", "tokenizer.json", FuzzTokenizers.Json, WordFields.Of) { Exercise = FuzzWork.Tokenizer, ShortRun = 800 },
        new("answers", "m.jsonl", FuzzCorpus.Answers, WordFields.Of) { Exercise = FuzzWork.Answers, ShortRun = 500 },
        new("fingerprint", "m.stemma", FuzzCorpus.Fingerprint, PackedFields.OfFingerprint) { Repair = FuzzFields.WithHeaderLength, Exercise = FuzzWork.Fingerprint, ShortRun = 300 },
        new("report", "m.stemma-report", FuzzCorpus.Report, WordFields.OfReport) { Repair = FuzzWork.Reseal, Exercise = FuzzWork.Report, ShortRun = 60 },
    ];

    public override string ToString() => Name;

    private static List<byte[]> Safetensors() =>
    [
        SafetensorsBytes.Of([SafetensorsBytes.Tensor("model.embed_tokens.weight", TensorType.F32, [4, 8]), SafetensorsBytes.Tensor("model.norm.weight", TensorType.BF16, [8])]),
        SafetensorsBytes.Of([.. ((TensorType[])[TensorType.F4, TensorType.F8E4M3, TensorType.F64, TensorType.I64, TensorType.C64]).Select((type, i) => SafetensorsBytes.Tensor($"t.{i}.weight", type, [3, 8]))], new Dictionary<string, string> { ["format"] = "pt" }),
        SafetensorsBytes.Of([SafetensorsBytes.Tensor("a.weight", TensorType.F8E4M3, [8, 8]), SafetensorsBytes.Tensor("a.weight_scale_inv", TensorType.F32, [1, 1])]),
    ];

    private static List<byte[]> PyTorch()
    {
        var plain = new PickleWriter().Dict(("model.norm.weight", pickle => pickle.Tensor("FloatStorage", "0", 12, 2, [2, 5])), ("w", pickle => pickle.Tensor("HalfStorage", "1", 16, 0, [4, 4], [1, 4]))).Stop();
        return [TorchZipWriter.Checkpoint(plain, new byte[48], new byte[32]), TorchZipWriter.Zip(TorchZipWriter.Parts(plain.ToArray(), new byte[48], new byte[32]), wide: true, comment: "x")];
    }

    private static List<byte[]> Gguf() =>
    [
        GgufBytes.Llama().ToArray(),
        new GgufBytes { Version = 2, Alignment = 64 }.Key("general.alignment", 64).Key("general.architecture", "qwen2").Key("f", 6, BitConverter.GetBytes(1f)).Key("b", 7, [1])
            .Numbers("n", 1, 2, 3).Tensor("blk.0.attn_q.weight", 12, [256, 2], new byte[288]).Tensor("q", 2, [32, 1, 2], new byte[36]).Tensor("i", 16, [256], new byte[66]).ToArray(),
        new GgufBytes().Key("general.architecture", "gpt2").Key("tokenizer.ggml.model", "gpt2").Key("tokenizer.ggml.pre", "gpt-2").Texts("tokenizer.ggml.tokens", "l", "o", "lo", "<|end|>").Texts("tokenizer.ggml.merges", "l o")
            .Numbers("tokenizer.ggml.token_type", 1, 1, 1, 3).Key("tokenizer.ggml.eos_token_id", 3).Key("tokenizer.ggml.add_bos_token", 7, [0]).Floats("a", [1], [1]).ToArray(),
        new GgufBytes().Key("general.architecture", "llama").Key("tokenizer.ggml.model", "t5").Texts("tokenizer.ggml.tokens", "<unk>", "\u2581", "l", "ll").Key("tokenizer.ggml.unknown_token_id", 0)
            .Key("tokenizer.ggml.scores", 9, [.. GgufBytes.U32(6), .. GgufBytes.U64(4), .. new[] { 0f, -1, -2, -3 }.SelectMany(BitConverter.GetBytes)]).Key("tokenizer.ggml.precompiled_charsmap", 9, [.. GgufBytes.U32(0), .. GgufBytes.U64(8), 4, 0, 0, 0, 0, 0, 0, 0])
            .Floats("a", [1], [1]).ToArray(),
        new GgufBytes().Key("general.architecture", "deepseek2").Key("deepseek2.attention.head_count", 2).Floats("rope_freqs.weight", [2], [1, 8]).Floats("blk.0.attn_k_b.weight", [2, 3, 4], GgufBytes.Numbers(6, 4, 0))
            .Floats("blk.0.attn_v_b.weight", [2, 5, 3], GgufBytes.Numbers(10, 3, 0)).Floats("blk.1.attn_k_b.weight", [6, 4], GgufBytes.Numbers(6, 4, 0)).Floats("blk.1.attn_v_b.weight", [10, 3], GgufBytes.Numbers(10, 3, 0)).ToArray(),
        new GgufBytes().Key("split.no", 2, GgufBytes.U16(0)).Key("split.count", 2, GgufBytes.U16(1)).Floats("a", [1], [1]).ToArray(),
    ];
}
