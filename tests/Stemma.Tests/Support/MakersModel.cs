using System.Runtime.InteropServices;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;

namespace Stemma.Tests.Support;

/// <summary>A tensor of bfloat16 numbers.</summary>
internal sealed record MakersTensor(string Name, long[] Shape, ushort[] Numbers)
{
    public long Rows => Shape.Length == 1 ? 1 : Shape[0];

    public int Columns => (int)Shape[^1];
}

/// <summary>examples/parent under the names of Llama's makers and in their order of rows: the inverse of what the conversion script of transformers does.</summary>
internal static class MakersModel
{
    public const string Parameters = """{"dim":128,"n_layers":6,"n_heads":4,"n_kv_heads":2,"vocab_size":2048,"norm_eps":1e-6}""";

    private static readonly (string From, string To)[] Names =
    [
        ("model.", ""), ("embed_tokens", "tok_embeddings"), ("lm_head", "output"), ("self_attn.q_proj", "attention.wq"), ("self_attn.k_proj", "attention.wk"), ("self_attn.v_proj", "attention.wv"),
        ("self_attn.o_proj", "attention.wo"), ("mlp.gate_proj", "feed_forward.w1"), ("mlp.up_proj", "feed_forward.w3"), ("mlp.down_proj", "feed_forward.w2"),
        ("input_layernorm", "attention_norm"), ("post_attention_layernorm", "ffn_norm"),
    ];

    /// <summary>Every tensor of it.</summary>
    public static List<MakersTensor> Tensors()
    {
        using var checkpoint = CheckpointOpener.Open(CliRun.Parent);
        return [.. checkpoint.Tensors.Select(tensor =>
        {
            Assert.Equal(TensorType.BF16, tensor.Type);
            var numbers = Workshop.Numbers(CliRun.Parent, tensor.Name);
            var name = Names.Aggregate(tensor.Name, (word, pair) => word.Replace(pair.From, pair.To, StringComparison.Ordinal));
            var columns = tensor.Shape.Count == 1 ? 1 : (int)tensor.Columns;
            if (name.Contains(".wq.", StringComparison.Ordinal)) numbers = GgufBytes.Pair(numbers, columns, 4);
            if (name.Contains(".wk.", StringComparison.Ordinal)) numbers = GgufBytes.Pair(numbers, columns, 2);
            return new MakersTensor(name, [.. tensor.Shape], Array.ConvertAll(numbers, number => (ushort)(BitConverter.SingleToUInt32Bits(number) >> 16)));
        })];
    }

    /// <summary>A file of torch.save.</summary>
    public static byte[] Saved(IReadOnlyList<MakersTensor> tensors)
    {
        var entries = tensors.Select((tensor, i) => (tensor.Name, (Action<PickleWriter>)(pickle => pickle.Tensor("BFloat16Storage", $"{i}", tensor.Numbers.Length, 0, tensor.Shape)))).ToArray();
        return TorchZipWriter.Checkpoint(new PickleWriter().Dict(entries).Stop(), [.. tensors.Select(tensor => MemoryMarshal.AsBytes(tensor.Numbers.AsSpan()).ToArray())]);
    }
}
