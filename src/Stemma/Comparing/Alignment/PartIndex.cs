using Stemma.Anatomy;
using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing.Alignment;

/// <summary>Parts of a model by role, bias, layer and head, for meeting their counterparts.</summary>
public sealed class PartIndex
{
    private readonly Dictionary<int, List<PartSketch>> _dense = [];

    public PartIndex(Fingerprint model)
    {
        var (layers, heads) = (new SortedSet<int>(), new SortedSet<int>());
        foreach (var part in model.Sketch.Tensors.SelectMany(t => t.Parts).Where(p => p.Role is not (TensorRole.Unknown or TensorRole.Buffer) && !p.CommonMaterial))
        {
            if (part.Layer >= 0) layers.Add(part.Layer);
            heads.Add(part.Head);
            if (part.Expert != TensorPart.NoExpert) continue;
            if (!_dense.TryGetValue(part.Layer, out var there)) _dense.Add(part.Layer, there = []);
            there.Add(part);
        }

        (Layers, Heads) = ([.. layers], [.. heads]);
    }

    /// <summary>The dense part of a role in a layer, the first where there are several; null when there is none.</summary>
    public PartSketch? Find(TensorRole role, int layer, bool bias = false, int head = -1)
    {
        if (!_dense.TryGetValue(layer, out var there)) return null;
        foreach (var part in there)
            if (part.Role == role && part.IsBias == bias && part.Head == head) return part;
        return null;
    }

    /// <summary>Numbers of the layers, ascending.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>Numbers of the heads that are stored apart, ascending; -1 for parts that are no single head.</summary>
    public IReadOnlyList<int> Heads { get; }
}
