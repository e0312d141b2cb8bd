using Stemma.Checkpoints.Tensors;

namespace Stemma.Anatomy;

/// <summary>Tensors that are stored but never trained. A name alone is not enough: the shape must be that of such a buffer too.</summary>
internal static class BufferNames
{
    /// <summary>True for causal masks, rotary tables, position ids and counters.</summary>
    public static bool IsBuffer(TensorInfo tensor)
    {
        var name = tensor.Name.AsSpan();
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last switch
        {
            "tril" or "triu" or "mask" or "causal_mask" or "attn_mask" or "attention_mask" or "causal" or "_mask" => IsSquare(tensor),
            "bias" => IsSquare(tensor) && tensor.Shape.Count == 4,
            "masked_bias" or "num_batches_tracked" => tensor.Count == 1,
            "inv_freq" or "freqs" => IsVector(tensor),
            "weight" => IsRotaryTable(name) && IsVector(tensor),
            "position_ids" or "token_type_ids" => tensor.Type is TensorType.I64 or TensorType.I32 && tensor.Columns == tensor.Count,
            "freqs_cis" or "freqs_cos" or "freqs_sin" or "cos_cached" or "sin_cached" => tensor.Shape.Count >= 2,
            _ => false,
        };
    }

    /// <summary>[n, n], or the same behind axes of length one.</summary>
    private static bool IsSquare(TensorInfo tensor) =>
        tensor.Shape.Count >= 2 && tensor.Shape[^1] == tensor.Shape[^2] && tensor.Count == tensor.Shape[^1] * tensor.Shape[^2];

    /// <summary>GGUF calls every tensor a weight.</summary>
    private static bool IsRotaryTable(ReadOnlySpan<char> name) =>
        name is "rope_freqs.weight" or "rope_factors_long.weight" or "rope_factors_short.weight" || name.EndsWith(".attn_rot_embd.weight", StringComparison.Ordinal);

    private static bool IsVector(TensorInfo tensor) => tensor.Shape.Count >= 1 && tensor.Columns == tensor.Count;
}
