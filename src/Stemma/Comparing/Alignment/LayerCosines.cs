using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Sketching;
using Stemma.Sketching.Quick;

namespace Stemma.Comparing.Alignment;

/// <summary>How alike the matrices of two layers are.</summary>
/// <param name="Mean">Mean centred cosine.</param>
/// <param name="Matrices">How many matrices are behind it.</param>
/// <param name="Noise">The standard error that it would have between unrelated layers.</param>
public sealed record LayerCosine(double Mean, int Matrices, double Noise);

/// <summary>Mean centred cosine of the matrices of any two layers, role by role and head by head, from sketches that are scaled once.</summary>
public sealed class LayerCosines
{
    /// <summary>Matrices of attention, and of the dense FFN: two families, because the FFN's cosine is lost when its units are put into another order.</summary>
    internal static readonly TensorRole[] Attention =
        [TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O, TensorRole.QA, TensorRole.QB, TensorRole.KvA, TensorRole.KvB],
        Ffn = [TensorRole.Gate, TensorRole.Up, TensorRole.Down];

    private static readonly TensorRole[] Roles = [.. Attention, .. Ffn];

    private readonly Dictionary<int, Entry[]> _subject, _reference;
    private readonly Dictionary<int, Dictionary<int, LayerCosine>> _between = [];
    private readonly int _size;

    /// <param name="Rank">Place of the part's role among all.</param>
    private sealed record Entry(PartSketch Part, int Rank, float[] Direction);

    public LayerCosines(PartIndex subject, int subjectSize, PartIndex reference, int referenceSize)
    {
        _size = Math.Min(subjectSize, referenceSize);
        (_subject, _reference) = (Entries(subject, subjectSize), Entries(reference, referenceSize));
        var found = InParallel.Map(subject.Layers, layer => Row(layer, reference.Layers));
        for (var i = 0; i < found.Length; i++) _between.Add(subject.Layers[i], found[i]);
    }

    /// <summary>How alike two layers are; null when no role is held by both.</summary>
    public LayerCosine? Between(int subjectLayer, int referenceLayer) => _between.GetValueOrDefault(subjectLayer)?.GetValueOrDefault(referenceLayer);

    /// <summary>The cosines of the matrices of some roles, one by one.</summary>
    internal IReadOnlyList<double> Each(int subjectLayer, int referenceLayer, TensorRole[] roles)
    {
        var cosines = new List<double>();
        Visit(subjectLayer, referenceLayer, roles, (cosine, _) => cosines.Add(cosine));
        return cosines;
    }

    private Dictionary<int, LayerCosine> Row(int subjectLayer, IReadOnlyList<int> referenceLayers)
    {
        var row = new Dictionary<int, LayerCosine>();
        foreach (var referenceLayer in referenceLayers)
        {
            var (sum, scales, count) = (0.0, 0.0, 0);
            Visit(subjectLayer, referenceLayer, Roles, (cosine, scale) => (sum, scales, count) = (sum + cosine, scales + (scale * scale), count + 1));
            if (count > 0) row.Add(referenceLayer, new(sum / count, count, Math.Sqrt(scales) / (_size * count)));
        }

        return row;
    }

    /// <summary>Cosines, and what the sampling of rows multiplied them and their noise with. Both sides are ordered by role and head, so one walk finds who meets whom.</summary>
    private void Visit(int subjectLayer, int referenceLayer, TensorRole[] roles, Action<double, double> found)
    {
        if (!_subject.TryGetValue(subjectLayer, out var subject) || !_reference.TryGetValue(referenceLayer, out var reference)) return;
        for (int i = 0, j = 0; i < subject.Length && j < reference.Length;)
        {
            var (a, b) = (subject[i], reference[j]);
            var order = a.Rank != b.Rank ? a.Rank - b.Rank : a.Part.Head - b.Part.Head;
            if (order <= 0) i++;
            if (order >= 0) j++;
            if (order != 0 || a.Part.Inner != b.Part.Inner || !Holds(roles, a.Part.Role)) continue;
            if (QuickRows.Scale(a.Part, b.Part) is { } scale) found(Features.Dot(a.Direction, b.Direction) * scale, scale);
        }
    }

    private static bool Holds(TensorRole[] roles, TensorRole role)
    {
        foreach (var one in roles)
            if (one == role) return true;
        return false;
    }

    private Dictionary<int, Entry[]> Entries(PartIndex parts, int size)
    {
        var found = InParallel.Map(parts.Layers, Of);
        var entries = new Dictionary<int, Entry[]>();
        for (var i = 0; i < found.Length; i++) entries.Add(parts.Layers[i], found[i]);
        return entries;

        Entry[] Of(int layer)
        {
            var here = new List<Entry>();
            for (var rank = 0; rank < Roles.Length; rank++)
            {
                foreach (var head in parts.Heads)
                    if (parts.Find(Roles[rank], layer, head: head) is { Linear: not null } part) here.Add(new(part, rank, Directed(part, size)));
            }

            return [.. here];
        }
    }

    private float[] Directed(PartSketch part, int size)
    {
        var sketch = SketchCosine.Sized(part.Linear!, size, _size);
        var square = 0.0;
        foreach (var value in sketch) square += (double)value * value;
        var direction = new float[sketch.Length];
        if (square <= 0) return direction;
        var scale = 1 / Math.Sqrt(square);
        for (var i = 0; i < direction.Length; i++) direction[i] = (float)(sketch[i] * scale);
        return direction;
    }
}
