using System.Collections.Concurrent;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Seeded units of all layers of two models, prepared once for all pairs of layers.</summary>
internal sealed class SeededLayers
{
    private readonly Side _subject, _reference;
    private readonly ConcurrentDictionary<string, CommonLabels> _common = new(StringComparer.Ordinal);
    private readonly bool _gate;
    private readonly int _most;

    /// <param name="subject">Layers of one model.</param>
    /// <param name="reference">Layers of the other.</param>
    /// <param name="most">Labels per layer that are looked at.</param>
    public SeededLayers(IReadOnlyList<LayerUnits> subject, IReadOnlyList<LayerUnits> reference, int most)
    {
        (_subject, _reference, _most) = (new(subject), new(reference), most);
        _gate = subject.All(u => u.HasGate) && reference.All(u => u.HasGate);
    }

    private SeededLayers(SeededLayers layers, int most) => (_subject, _reference, _gate, _most) = (layers._subject, layers._reference, layers._gate, most);

    /// <summary>The same layers by another number of labels.</summary>
    public SeededLayers With(int most) => new(this, most);

    public UnitMatch Match(int subject, int reference)
    {
        var common = CommonOf(_subject.SetOf[subject], _reference.SetOf[reference]);
        return UnitPairs.Match(SubjectUnits(common, subject), ReferenceUnits(common, reference));
    }

    /// <summary>A layer of the subject with every layer of the reference.</summary>
    public UnitMatch[] MatchAll(int subject)
    {
        var matches = new UnitMatch[_reference.Layers.Count];
        for (var set = 0; set < _reference.Sets.Count; set++)
        {
            var common = CommonOf(_subject.SetOf[subject], set);
            var (here, there) = (SubjectUnits(common, subject), common.Together.Value);
            var found = MutualMatch.FindEach(here.Features, there.Features, there.Ends);
            for (var n = 0; n < found.Length; n++)
            {
                var units = ReferenceUnits(common, there.Layers[n]);
                matches[there.Layers[n]] = here.Labels.Length == 0 || units.Labels.Length == 0 ? UnitMatch.None : UnitPairs.Judge(here, units, found[n]);
            }
        }

        return matches;
    }

    private CommonLabels CommonOf(int subjectSet, int referenceSet) =>
        _common.GetOrAdd($"{subjectSet} {referenceSet}", _ =>
        {
            var common = new CommonLabels(SeededUnits.Common(_subject.Sets[subjectSet], _reference.Sets[referenceSet], _most), _subject.Layers.Count, _reference.Layers.Count);
            common.Together = new(() => Stack(common, referenceSet));
            return common;
        });

    private SeededUnits SubjectUnits(CommonLabels common, int layer) => common.Subject[layer] ??= SeededUnits.Prepare(_subject.Layers[layer], common.Labels, _gate);

    private SeededUnits ReferenceUnits(CommonLabels common, int layer) => common.Reference[layer] ??= SeededUnits.Prepare(_reference.Layers[layer], common.Labels, _gate);

    private StackedLayers Stack(CommonLabels common, int set)
    {
        int[] layers = [.. Enumerable.Range(0, _reference.Layers.Count).Where(layer => _reference.SetOf[layer] == set)];
        var units = Array.ConvertAll(layers, layer => ReferenceUnits(common, layer).Features);
        var (ends, end) = (new int[layers.Length], 0);
        for (var n = 0; n < ends.Length; n++) ends[n] = end += units[n].Rows;
        return new(layers, Features.Stacked(units), ends);
    }

    /// <summary>Labels that some pairs of layers share, and the units of these layers that carry them. Two threads may prepare the same layer: both find the same.</summary>
    private sealed class CommonLabels(HashSet<int> labels, int subjectLayers, int referenceLayers)
    {
        public HashSet<int> Labels => labels;
        public SeededUnits?[] Subject { get; } = new SeededUnits?[subjectLayers];
        public SeededUnits?[] Reference { get; } = new SeededUnits?[referenceLayers];

        /// <summary>The layers of the reference that share them, one after another.</summary>
        public Lazy<StackedLayers> Together { get; set; } = null!;
    }

    private sealed record StackedLayers(int[] Layers, Features Features, int[] Ends);

    /// <summary>The layers of one model. Most of them hold the same labels, so each set of labels is kept once.</summary>
    private sealed class Side
    {
        public Side(IReadOnlyList<LayerUnits> layers)
        {
            (Layers, SetOf) = (layers, new int[layers.Count]);
            for (var layer = 0; layer < layers.Count; layer++)
            {
                var labels = SeededUnits.LabelsOf(layers[layer]);
                var known = Sets.FindIndex(set => set.AsSpan().SequenceEqual(labels));
                SetOf[layer] = known < 0 ? Sets.Count : known;
                if (known < 0) Sets.Add(labels);
            }
        }

        public IReadOnlyList<LayerUnits> Layers { get; }
        public List<int[]> Sets { get; } = [];

        /// <summary>Per layer the place of its labels in <see cref="Sets"/>.</summary>
        public int[] SetOf { get; }
    }
}
