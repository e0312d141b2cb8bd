using System.Globalization;
using Stemma.Anatomy;

namespace Stemma.Deriving.Models;

/// <summary>
/// Finds the layer number inside tensor names: what stands before it is learned from tensors whose layer is known, so that masks and strangers inside a
/// layer move with it.
/// </summary>
internal sealed class LayerNames
{
    private readonly HashSet<string> _stems = new(StringComparer.Ordinal);

    public LayerNames(IEnumerable<TensorAssignment> assignments)
    {
        foreach (var assignment in assignments)
        {
            var layer = assignment.Parts[0].Layer;
            if (layer < 0) continue;
            var at = 0;
            foreach (var segment in assignment.Tensor.Name.Split('.'))
            {
                if (segment == layer.ToString(CultureInfo.InvariantCulture))
                {
                    _stems.Add(assignment.Tensor.Name[..at]);
                    break;
                }

                at += segment.Length + 1;
            }
        }
    }

    /// <summary>The layer that a tensor stands in; <see cref="TensorPart.NoLayer"/> for none.</summary>
    public int LayerOf(string tensor) => Find(tensor) is { } found ? found.Layer : TensorPart.NoLayer;

    /// <summary>The name that the same tensor has in another layer.</summary>
    public string InLayer(string tensor, int layer) =>
        Find(tensor) is { } found ? string.Create(CultureInfo.InvariantCulture, $"{tensor[..found.Start]}{layer}{tensor[found.End..]}") : tensor;

    /// <summary>What stands before the names of a layer's modules, for example <c>model.layers.3.</c>.</summary>
    public string Prefix(int layer) => string.Create(CultureInfo.InvariantCulture, $"{_stems.First()}{layer}.");

    private (int Layer, int Start, int End)? Find(string tensor)
    {
        foreach (var stem in _stems)
        {
            if (!tensor.StartsWith(stem, StringComparison.Ordinal)) continue;
            var end = tensor.IndexOf('.', stem.Length);
            if (end < 0) end = tensor.Length;
            if (int.TryParse(tensor.AsSpan(stem.Length, end - stem.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer)) return (layer, stem.Length, end);
        }

        return null;
    }
}
