using Stemma.Checkpoints.Tensors;

namespace Stemma.Anatomy;

/// <summary>Speaks up about tensors that say the others are not plain weights: adapters that lack their base, packed numbers with scales beside them.</summary>
internal static class CompanionTensors
{
    /// <summary>Adds the notices.</summary>
    public static void Note(IReadOnlyList<TensorInfo> tensors, NoticeBook notices)
    {
        foreach (var tensor in tensors)
        {
            if (IsAdapter(tensor.Name)) notices.Add("adapter", "part of a low-rank adapter; compare it merged into its base model", tensor.Name, limitsCoverage: true);
            if (!tensor.Type.IsFloat() && tensor.Shape.Count > 1 && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)) notices.Add("quantised", "integers whose scales are not there or not understood; they are no weights by themselves", tensor.Name, limitsCoverage: true);
            if (IsScale(tensor.Name)) notices.Add("quantised", "scales of packed or 8-bit numbers are not applied; the numbers are taken as stored", tensor.Name, limitsCoverage: true);
        }
    }

    /// <summary>True for the two small matrices of a low-rank adapter.</summary>
    public static bool IsAdapter(string name) =>
        name.Contains(".lora_", StringComparison.OrdinalIgnoreCase) || name.Contains("_lora.", StringComparison.OrdinalIgnoreCase);

    private static bool IsScale(string name)
    {
        var last = name.AsSpan()[(name.LastIndexOf('.') + 1)..];
        return last is "weight_scale_inv" or "weight_scale" or "scales" or "qzeros" or "qweight" or "absmax" or "quant_state" or "SCB" or "weight_packed"
            || last.StartsWith("bitsandbytes__", StringComparison.Ordinal)
            || last.EndsWith("_scales", StringComparison.Ordinal) || last.EndsWith("_blocks", StringComparison.Ordinal);
    }
}
