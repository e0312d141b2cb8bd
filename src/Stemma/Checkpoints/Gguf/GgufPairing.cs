using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>
/// For some architectures the converter reorders the rows of q and k within each head, so that the two numbers which rotary embeddings turn together are
/// neighbours: (2, size / 2) becomes (size / 2, 2) (reference: llama.cpp, convert_hf_to_gguf.py, LlamaModel.permute). Comparing with the original needs them back.
/// </summary>
internal static class GgufPairing
{
    private static readonly HashSet<string> WithBiases = new(StringComparer.Ordinal)
    {
        "llama", "llama-embed", "mistral3", "deci", "smollm3", "arcee", "granite", "granitemoe", "granitehybrid", "deepseek",
    };

    /// <summary>Their biases, where there are any, stay as they are.</summary>
    private static readonly HashSet<string> WeightsOnly = new(StringComparer.Ordinal) { "baichuan", "xverse", "internlm2", "minicpm", "olmo", "arctic", "bailingmoe" };

    /// <summary>True when files of this architecture have paired rows.</summary>
    public static bool Applies(string architecture) => WithBiases.Contains(architecture) || WeightsOnly.Contains(architecture);

    /// <summary>True for the query's and the key's tensors, biases too.</summary>
    /// <param name="name">For example <c>blk.3.attn_q.weight</c>.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="isKey">The key's.</param>
    public static bool IsPaired(string name, out int layer, out bool isKey)
    {
        layer = 0;
        isKey = false;
        if (name.Split('.') is not ["blk", var number, var module, "weight" or "bias"] || !int.TryParse(number, out layer)) return false;
        isKey = module == "attn_k";
        return isKey || module == "attn_q";
    }

    /// <summary>The same tensor, told to give its rows in the original's order.</summary>
    public static TensorInfo Undo(TensorInfo tensor, GgufKeys keys, List<Notice> notices)
    {
        if (!Applies(keys.Architecture) || !IsPaired(tensor.Name, out var layer, out var isKey)) return tensor;
        if (tensor.Shape.Count == 1 && WeightsOnly.Contains(keys.Architecture)) return tensor;
        var heads = keys.Number($"{keys.Architecture}.attention.head_count", layer);
        if (isKey && keys.Number($"{keys.Architecture}.attention.head_count_kv", layer) is > 0 and var groups) heads = groups;
        var rows = tensor.Shape.Count == 1 ? tensor.Count : tensor.Rows;
        var cannot = heads == 0 || rows % (2 * heads) != 0 || rows / heads > int.MaxValue || (tensor.Shape.Count == 1 && tensor.Type.IsBlocked());
        if (!cannot) return tensor with { PairedRows = (int)(rows / heads) };
        notices.Add(new Notice("paired-rows", $"The rows of {SafeText.Escape(tensor.Name)} were reordered by the converter and stay so: the number of heads is not said or does not divide them"));
        return tensor;
    }
}
