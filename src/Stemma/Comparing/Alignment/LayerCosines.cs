using Stemma.Anatomy;
using Stemma.Sketching;
using Stemma.Sketching.Quick;

namespace Stemma.Comparing.Alignment;

/// <summary>Mean centred cosine of the matrices of any two layers, role by role and head by head, from sketches that are scaled once.</summary>
public sealed class LayerCosines
{
    /// <summary>Matrices of attention, and of the dense FFN: two families, because the FFN's cosine is lost when its units are put into another order.</summary>
    internal static readonly TensorRole[] Attention =
        [TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O, TensorRole.QA, TensorRole.QB, TensorRole.KvA, TensorRole.KvB],
        Ffn = [TensorRole.Gate, TensorRole.Up, TensorRole.Down];

    private static readonly TensorRole[] Roles = [.. Attention, .. Ffn];

    private readonly Dictionary<int, List<Entry>> _subject, _reference;
    private readonly int _size;

    private readonly record struct Entry(PartSketch Part, float[] Direction);

    public LayerCosines(PartIndex subject, int subjectSize, PartIndex reference, int referenceSize)
    {
        _size = Math.Min(subjectSize, referenceSize);
        (_subject, _reference) = (Entries(subject, subjectSize), Entries(reference, referenceSize));
    }

    /// <summary>Mean, the number of matrices behind it, and the standard error that it would have between unrelated layers; null when no role is held by both.</summary>
    public (double Mean, int Matrices, double Noise)? Between(int subjectLayer, int referenceLayer)
    {
        var found = Scaled(subjectLayer, referenceLayer, Roles).ToList();
        return found.Count == 0 ? null : (found.Average(f => f.Cosine), found.Count, Math.Sqrt(found.Sum(f => f.Scale * f.Scale)) / (_size * found.Count));
    }

    /// <summary>The cosines of the matrices of some roles, one by one.</summary>
    internal IEnumerable<double> Each(int subjectLayer, int referenceLayer, TensorRole[] roles) => Scaled(subjectLayer, referenceLayer, roles).Select(f => f.Cosine);

    /// <summary>Cosines, and what the sampling of rows multiplied them and their noise with.</summary>
    private IEnumerable<(double Cosine, double Scale)> Scaled(int subjectLayer, int referenceLayer, TensorRole[] roles) =>
        from a in _subject.GetValueOrDefault(subjectLayer, [])
        where roles.Contains(a.Part.Role)
        from b in _reference.GetValueOrDefault(referenceLayer, [])
        where a.Part.Role == b.Part.Role && a.Part.Head == b.Part.Head && a.Part.Inner == b.Part.Inner
        let scale = QuickRows.Scale(a.Part, b.Part)
        where scale is not null
        select (Features.Dot(a.Direction, b.Direction) * scale.Value, scale.Value);

    private Dictionary<int, List<Entry>> Entries(PartIndex parts, int size)
    {
        var heads = parts.Heads.ToList();
        var layers = new Dictionary<int, List<Entry>>();
        foreach (var layer in parts.Layers)
        {
            layers[layer] = [.. from role in Roles from head in heads let part = parts.Find(role, layer, head: head) where part?.Linear is not null
                select new Entry(part, Directed(part, size))];
        }

        return layers;
    }

    private float[] Directed(PartSketch part, int size)
    {
        float[] direction = [.. SketchCosine.Sized(part.Linear!, size, _size)];
        var length = Math.Sqrt(direction.Sum(v => (double)v * v));
        for (var i = 0; i < direction.Length; i++) direction[i] = length > 0 ? (float)(direction[i] / length) : 0;
        return direction;
    }
}
