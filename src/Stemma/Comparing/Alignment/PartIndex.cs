using Stemma.Anatomy;
using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing.Alignment;

/// <summary>Parts of a model by role, bias, layer, expert and head, for meeting their counterparts.</summary>
public sealed class PartIndex
{
    private readonly Dictionary<(TensorRole Role, bool Bias, int Layer, int Expert, int Head), PartSketch> _parts = [];

    public PartIndex(Fingerprint model)
    {
        foreach (var part in model.Sketch.Tensors.SelectMany(t => t.Parts).Where(p => p.Role is not (TensorRole.Unknown or TensorRole.Buffer) && !p.CommonMaterial))
            _parts.TryAdd((part.Role, part.IsBias, part.Layer, part.Expert, part.Head), part);
        Layers = [.. _parts.Keys.Where(k => k.Layer >= 0).Select(k => k.Layer).Distinct().Order()];
        Heads = [.. _parts.Keys.Select(k => k.Head).Distinct().Order()];
    }

    /// <summary>The dense part of a role in a layer; null when there is none.</summary>
    public PartSketch? Find(TensorRole role, int layer, bool bias = false, int head = -1) =>
        _parts.GetValueOrDefault((role, bias, layer, TensorPart.NoExpert, head));

    /// <summary>Numbers of the layers, ascending.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>Numbers of the heads that are stored apart, ascending; -1 for parts that are no single head.</summary>
    public IReadOnlyList<int> Heads { get; }
}
