using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>The units of one layer that carry one of the given seeded indices, with their features [gate | up | down] of equal weight.</summary>
internal sealed class SeededUnits
{
    private readonly double[] _share;

    private SeededUnits(int[] labels, int[] experts, Features features)
    {
        (Labels, Features) = (labels, features);
        var held = experts.CountBy(e => e).ToDictionary();
        _share = Array.ConvertAll(experts, e => 1.0 / held[e]);
    }

    /// <summary>Index within its expert, per unit.</summary>
    public int[] Labels { get; }

    public Features Features { get; }

    /// <summary>Seeded indices that a layer holds, ascending.</summary>
    public static int[] LabelsOf(LayerUnits units) =>
        [.. units.Indices.Where((_, row) => units.Choices[row].HasFlag(UnitChoice.ByIndex)).Distinct().Order()];

    /// <summary>Labels that both layers hold; only the first <paramref name="most"/> in seeded order.</summary>
    public static HashSet<int> Common(int[] a, int[] b, int most)
    {
        var common = a.Intersect(b).ToList();
        return common.Count <= most ? [.. common] : [.. common.OrderBy(i => Recipe.UnitRank(i)).Take(most)];
    }

    public static SeededUnits Prepare(LayerUnits units, HashSet<int> labels, bool gate)
    {
        int[] rows = [.. Enumerable.Range(0, units.Count).Where(row => units.Choices[row].HasFlag(UnitChoice.ByIndex) && labels.Contains(units.Indices[row]))];
        return new([.. rows.Select(r => units.Indices[r])], [.. rows.Select(r => units.Experts[r])], UnitPairs.FeaturesOf(units, rows, gate));
    }

    /// <summary>
    /// Matches to its own label that chance gives this side's matched units. Labels are permuted within each expert, among the labels that this expert holds:
    /// a narrow expert has few, however wide the shared expert beside it is.
    /// </summary>
    public double Chance(ReadOnlySpan<bool> matched)
    {
        var chance = 0.0;
        for (var row = 0; row < matched.Length; row++)
            if (matched[row]) chance += _share[row];
        return chance;
    }
}

/// <summary>Seeded units of all layers of two models, prepared once for all pairs of layers.</summary>
internal sealed class SeededLayers
{
    private readonly IReadOnlyList<LayerUnits> _subject, _reference;
    private readonly int[][] _subjectLabels, _referenceLabels;
    private readonly bool _gate;
    private readonly int _most;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string A, string B), HashSet<int>> _common = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(bool Subject, int Layer, HashSet<int> Labels), SeededUnits> _prepared = new();
    private readonly string[] _subjectKeys, _referenceKeys;

    /// <param name="subject">Layers of one model.</param>
    /// <param name="reference">Layers of the other.</param>
    /// <param name="most">Labels per layer that are looked at.</param>
    public SeededLayers(IReadOnlyList<LayerUnits> subject, IReadOnlyList<LayerUnits> reference, int most)
    {
        (_subject, _reference, _most) = (subject, reference, most);
        (_subjectLabels, _referenceLabels) = ([.. subject.Select(SeededUnits.LabelsOf)], [.. reference.Select(SeededUnits.LabelsOf)]);
        (_subjectKeys, _referenceKeys) = ([.. _subjectLabels.Select(Key)], [.. _referenceLabels.Select(Key)]);
        _gate = subject.All(u => u.HasGate) && reference.All(u => u.HasGate);
    }

    public UnitMatch Match(int subject, int reference)
    {
        var labels = _common.GetOrAdd(
            (_subjectKeys[subject], _referenceKeys[reference]), _ => SeededUnits.Common(_subjectLabels[subject], _referenceLabels[reference], _most));
        return UnitPairs.Match(
            _prepared.GetOrAdd((true, subject, labels), _ => SeededUnits.Prepare(_subject[subject], labels, _gate)),
            _prepared.GetOrAdd((false, reference, labels), _ => SeededUnits.Prepare(_reference[reference], labels, _gate)));
    }

    private static string Key(int[] labels) => string.Join(',', labels);
}
