using System.Text.Json;
using Stemma.Checkpoints.Shards;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Pairing;

/// <summary>
/// Llama and Mistral as their makers store them (<c>layers.3.attention.wq.weight</c>) turn neighbouring rows of q and k against each other, everybody else the halves of a head:
/// the conversion script of transformers puts row 2i of a head in place i and row 2i + 1 in place i + size / 2. Here the rows are read in that order, so that both files hold
/// the same model. The number of heads stands in <c>params.json</c>.
/// </summary>
internal static class MakersPairing
{
    private const int MostHeads = 1 << 16;

    /// <summary>The same tensors, those of q and k told to give their rows in the other order; and a notice where that is not possible.</summary>
    /// <param name="tensors">As stored.</param>
    /// <param name="folder">Where the number of heads is said; null for nowhere.</param>
    /// <param name="parts">Files that every matrix is cut over; each has its share of the heads.</param>
    public static (IReadOnlyList<TensorInfo> Tensors, Notice? Notice) Undo(IReadOnlyList<TensorInfo> tensors, string? folder, int parts)
    {
        if (!tensors.Any(tensor => IsPaired(tensor.Name, out _))) return (tensors, null);
        var (heads, groups) = Sizes(folder);
        (heads, groups) = (heads % parts == 0 ? heads / parts : 0, groups % parts == 0 ? groups / parts : 0);
        string? left = null;
        List<TensorInfo> undone = [.. tensors.Select(tensor =>
        {
            if (!IsPaired(tensor.Name, out var isKey)) return tensor;
            var (count, rows) = (isKey ? groups : heads, tensor.Shape.Count == 1 ? tensor.Count : tensor.Rows);
            var can = count > 0 && tensor.Strides is null && tensor.Shape.Count is 1 or 2 && rows % (2 * count) == 0 && rows / count is > 0 and <= int.MaxValue && tensor.Type.BlockOf().Numbers == 1;
            if (can) return tensor with { PairedRows = (int)(rows / count) };
            left ??= tensor.Name;
            return tensor;
        })];
        return (undone, left is null ? null : new Notice("paired-rows",
            $"The rows of {SafeText.Escape(left)} are in the order of the model's makers and stay so: no params.json says how many heads there are, or their number does not divide the rows"));
    }

    /// <summary>True for <c>layers.3.attention.wq.weight</c> and its like.</summary>
    private static bool IsPaired(string name, out bool isKey)
    {
        isKey = false;
        if (!name.Contains(".attention.w", StringComparison.Ordinal)) return false;
        var words = (ParallelParts.Shared(name)?.Tensor ?? name).Split('.');
        if (words is ["model", .. var rest]) words = rest;
        isKey = words is [_, _, _, "wk", _];
        return words is ["layers", var layer, "attention", "wq" or "wk", "weight" or "bias"] && layer.Length > 0 && layer.All(char.IsAsciiDigit);
    }

    private static (long Heads, long Groups) Sizes(string? folder)
    {
        if (folder is null) return default;
        using var document = CompanionFile.ReadJson(folder, "params.json", FaultCode.ConfigInvalid) ?? CompanionFile.ReadJson(folder, "config.json", FaultCode.ConfigInvalid);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root) return default;
        var heads = Number(root, "n_heads", "num_attention_heads");
        return (heads, Number(root, "n_kv_heads", "num_key_value_heads") is > 0 and var groups ? groups : heads);
    }

    private static long Number(JsonElement root, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is > 0 and <= MostHeads) return number;
        return 0;
    }
}
