using System.Text.RegularExpressions;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Onnx;

/// <summary>
/// Exporters turn linear layers into products with a transposed weight that lost its name (<c>onnx::MatMul_123</c>), but the node that multiplies keeps the module's path
/// (<c>/model/layers.0/self_attn/q_proj/MatMul</c>). Where exactly one node uses such a weight, the weight gets its module's name and is handed out [out, in]; no weight is named by guessing.
/// </summary>
internal static partial class OnnxNames
{
    /// <summary>Names what can be named and tells what was done.</summary>
    public static List<TensorInfo> Give(List<TensorInfo> tensors, OnnxGraph graph, List<Notice> notices)
    {
        var taken = tensors.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var (named, left) = (0, 0);
        var result = tensors.ConvertAll(tensor =>
        {
            if (!Anonymous().IsMatch(tensor.Name) || tensor.Shape.Count != 2) return tensor;
            if (NameOf(tensor.Name, graph) is { } name && taken.Add(name))
            {
                named++;
                return tensor with { Name = name, Shape = [tensor.Shape[1], tensor.Shape[0]], Strides = [1, tensor.Shape[1]] };
            }

            left++;
            return tensor;
        });
        if (named > 0) notices.Add(new("named-by-graph", $"{named} weights without names of their own were named after the node of the graph that multiplies with them"));
        if (left > 0) notices.Add(new("anonymous-weights", $"{left} weights have no names that say what they do; they were read under the names that the exporter gave them"));
        return result;
    }

    private static string? NameOf(string weight, OnnxGraph graph)
    {
        if (!graph.RightFactors.TryGetValue(weight, out var nodes) || nodes is not [var node]) return null;
        return OfNode(node, Product());
    }

    /// <summary>The weight's name from the path of the node that multiplies with it; null for a node of another kind of name.</summary>
    private static string? OfNode(string node, Regex last)
    {
        var path = node.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path.Length >= 2 && last.IsMatch(path[^1]) ? string.Join('.', path[..^1]) + ".weight" : null;
    }

    /// <summary>The same for a product with quantised weights, whose name says how.</summary>
    public static string? OfQuantised(string node) => OfNode(node, QuantisedProduct());

    /// <summary>True for a name that says nothing, with what quantisation adds to it.</summary>
    public static bool IsAnonymous(string name) => Anonymous().IsMatch(name);

    [GeneratedRegex("^onnx::MatMul_[0-9]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Anonymous();

    [GeneratedRegex("^MatMul[A-Za-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex QuantisedProduct();

    [GeneratedRegex("^MatMul(_[0-9]+)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Product();
}
