using Stemma.Checkpoints.Packing.Layouts;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Onnx;

/// <summary>
/// Weights that ONNX Runtime's tools quantised (onnxruntime.quantization): blocks for <c>MatMulNBits</c>, whose node says the sizes; 8-bit integers called <c>X_quantized</c>
/// beside <c>X_scale</c> and <c>X_zero_point</c>. The parts of a weight get names by which <see cref="OnnxBlocksLayout"/> and <see cref="OnnxIntegersLayout"/> put them together;
/// what does not fit in every respect stays as it is, and a notice says so.
/// </summary>
internal sealed class OnnxQuantised
{
    private const string Quantised = "_quantized";

    /// <summary>Integers in a table from which on it may be a weight that was not understood.</summary>
    private const long WorthTelling = 4096;

    private readonly Dictionary<string, TensorInfo> _stored;
    private readonly Dictionary<string, TensorInfo> _renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names;

    private OnnxQuantised(List<TensorInfo> tensors)
    {
        _stored = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        _names = [.. _stored.Keys];
    }

    /// <summary>Names the parts of what can be read and tells of what cannot.</summary>
    public static List<TensorInfo> Give(List<TensorInfo> tensors, OnnxGraph graph, List<Notice> notices)
    {
        var found = new OnnxQuantised(tensors);
        foreach (var (weight, products) in graph.QuantisedFactors)
        {
            if (products is not [var product] || !found._stored.TryGetValue(weight, out var codes)) continue;
            if (product.Kind == "MatMulNBits") found.Blocks(product, codes);
            else if (weight.EndsWith(Quantised, StringComparison.Ordinal) && OnnxNames.IsAnonymous(weight[..^Quantised.Length])) found.Integers(codes, OnnxNames.OfQuantised(product.Name), OnnxIntegersLayout.Turned);
        }

        // What has kept its name lies as its module has it, whoever uses it.
        foreach (var tensor in tensors)
            if (tensor.Name.EndsWith(".weight" + Quantised, StringComparison.Ordinal)) found.Integers(tensor, tensor.Name[..^Quantised.Length], OnnxIntegersLayout.AsStored);
        var left = tensors.Where(t => t.Type is TensorType.I8 or TensorType.U8 && t.Shape.Count > 1 && t.Count >= WorthTelling && !found._renamed.ContainsKey(t.Name)).ToList();
        if (left.Count > 0)
            notices.Add(new("unread-tensor", $"{left.Count} tables of small integers may be quantised weights in a form that is not read, the first is {SafeText.Escape(left[0].Name)}", LimitsCoverage: true));
        return tensors.ConvertAll(t => found._renamed.GetValueOrDefault(t.Name) ?? t);
    }

    /// <summary>MatMulNBits (ONNX Runtime, contrib operators): codes [N, K / block, block bits / 8], lowest bits first, a scale for each block, zero points packed row by row or left out.</summary>
    private void Blocks(OnnxProduct product, TensorInfo codes)
    {
        long Said(string name, long silent = 0) => product.Attributes.GetValueOrDefault(name, silent);
        string Input(int at) => at < product.Inputs.Count ? product.Inputs[at] : "";
        var (inputs, outputs, bits, block) = (Said("K"), Said("N"), Said("bits", 4), Said("block_size"));
        if (bits is not (2 or 4 or 8) || block <= 0 || block * bits % 8 != 0 || block > codes.Count * 4 || inputs <= 0 || inputs % block != 0 || outputs <= 0 || codes.Type != TensorType.U8 || Input(4).Length > 0) return;
        var (blocks, bytes) = (inputs / block, block * bits / 8);
        if ((Int128)outputs * blocks * bytes != codes.Count || !_stored.TryGetValue(Input(2), out var scales) || scales.Count != outputs * blocks || !IsScale(scales.Type)) return;
        var packed = ((blocks * bits) + 7) / 8;
        TensorInfo? zeros = null;
        if (Input(3).Length > 0 && (!_stored.TryGetValue(Input(3), out zeros) || zeros.Type != TensorType.U8 || zeros.Count != outputs * packed)) return;
        if (OnnxNames.OfQuantised(product.Name) is not { } name) return;
        List<(TensorInfo, string, long[])> parts = [(codes, OnnxBlocksLayout.Codes((int)bits), [outputs, blocks, bytes]), (scales, OnnxBlocksLayout.Scales, [outputs, blocks])];
        if (zeros is not null) parts.Add((zeros, OnnxBlocksLayout.Zeros, [outputs, packed]));
        Rename(name, parts);
    }

    private void Integers(TensorInfo codes, string? name, string ending)
    {
        var stem = codes.Name[..^Quantised.Length];
        if (name is null || codes.Shape.Count != 2 || codes.Type is not (TensorType.I8 or TensorType.U8) || !_stored.TryGetValue(stem + "_scale", out var scales) || !IsScale(scales.Type)) return;
        List<(TensorInfo, string, long[])> parts = [(codes, ending, [.. codes.Shape]), (scales, OnnxIntegersLayout.Scales, [scales.Count])];
        if (_stored.TryGetValue(stem + "_zero_point", out var zeros)) parts.Add((zeros, OnnxIntegersLayout.Zeros, [zeros.Count]));
        if (zeros is not null && zeros.Type != codes.Type) return;
        if (parts.Skip(1).All(part => part.Item3[0] == 1 || part.Item3[0] == codes.Columns)) Rename(name, parts);
    }

    private static bool IsScale(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    /// <summary>All parts or none: each belongs to one weight, and no two weights have one name.</summary>
    private void Rename(string name, List<(TensorInfo Part, string Ending, long[] Shape)> parts)
    {
        if (parts.Exists(part => _renamed.ContainsKey(part.Part.Name)) || parts.Exists(part => _names.Contains(name + part.Ending)) || !_names.Add(name)) return;
        foreach (var (part, ending, shape) in parts) _renamed.Add(part.Name, part with { Name = name + ending, Shape = shape });
    }
}
