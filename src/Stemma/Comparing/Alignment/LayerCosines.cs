using Stemma.Anatomy;
using Stemma.Foundation;
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

    private readonly Dictionary<int, Entry[]> _subject, _reference;
    private readonly Dictionary<(int Subject, int Reference), (double Mean, int Matrices, double Noise)> _between = [];
    private readonly int _size;

    /// <param name="Rank">Place of the part's role among all.</param>
    private readonly record struct Entry(PartSketch Part, int Rank, float[] Direction);

    public LayerCosines(PartIndex subject, int subjectSize, PartIndex reference, int referenceSize)
    {
        _size = Math.Min(subjectSize, referenceSize);
        (_subject, _reference) = (Entries(subject, subjectSize), Entries(reference, referenceSize));
        var means = InParallel.Map(subject.Layers, s => reference.Layers.Select(r => Mean(s, r)).ToArray());
        for (var i = 0; i < subject.Layers.Count; i++)
            for (var j = 0; j < reference.Layers.Count; j++)
                if (means[i][j] is { } mean) _between.Add((subject.Layers[i], reference.Layers[j]), mean);
    }

    /// <summary>Mean, the number of matrices behind it, and the standard error that it would have between unrelated layers; null when no role is held by both.</summary>
    public (double Mean, int Matrices, double Noise)? Between(int subjectLayer, int referenceLayer) =>
        _between.TryGetValue((subjectLayer, referenceLayer), out var found) ? found : null;

    /// <summary>The cosines of the matrices of some roles, one by one.</summary>
    internal IEnumerable<double> Each(int subjectLayer, int referenceLayer, TensorRole[] roles) => Scaled(subjectLayer, referenceLayer, roles).Select(f => f.Cosine);

    private (double Mean, int Matrices, double Noise)? Mean(int subjectLayer, int referenceLayer)
    {
        var (sum, scales, count) = (0.0, 0.0, 0);
        foreach (var (cosine, scale) in Scaled(subjectLayer, referenceLayer, Roles)) (sum, scales, count) = (sum + cosine, scales + (scale * scale), count + 1);
        return count == 0 ? null : (sum / count, count, Math.Sqrt(scales) / (_size * count));
    }

    /// <summary>Cosines, and what the sampling of rows multiplied them and their noise with. Both sides are ordered by role and head, so one walk finds who meets whom.</summary>
    private IEnumerable<(double Cosine, double Scale)> Scaled(int subjectLayer, int referenceLayer, TensorRole[] roles)
    {
        var (subject, reference) = (_subject.GetValueOrDefault(subjectLayer, []), _reference.GetValueOrDefault(referenceLayer, []));
        for (int i = 0, j = 0; i < subject.Length && j < reference.Length;)
        {
            var (a, b) = (subject[i], reference[j]);
            var order = a.Rank != b.Rank ? a.Rank - b.Rank : a.Part.Head - b.Part.Head;
            if (order <= 0) i++;
            if (order >= 0) j++;
            if (order != 0 || a.Part.Inner != b.Part.Inner || !roles.Contains(a.Part.Role)) continue;
            if (QuickRows.Scale(a.Part, b.Part) is { } scale) yield return (Features.Dot(a.Direction, b.Direction) * scale, scale);
        }
    }

    private Dictionary<int, Entry[]> Entries(PartIndex parts, int size)
    {
        var entries = InParallel.Map(parts.Layers, layer => (
            from rank in Enumerable.Range(0, Roles.Length)
            from head in parts.Heads
            let part = parts.Find(Roles[rank], layer, head: head)
            where part?.Linear is not null
            select new Entry(part, rank, Directed(part, size))).ToArray());
        return parts.Layers.Zip(entries).ToDictionary(layer => layer.First, layer => layer.Second);
    }

    private float[] Directed(PartSketch part, int size)
    {
        float[] direction = [.. SketchCosine.Sized(part.Linear!, size, _size)];
        var square = 0.0;
        foreach (var value in direction) square += (double)value * value;
        var length = Math.Sqrt(square);
        for (var i = 0; i < direction.Length; i++) direction[i] = length > 0 ? (float)(direction[i] / length) : 0;
        return direction;
    }
}
