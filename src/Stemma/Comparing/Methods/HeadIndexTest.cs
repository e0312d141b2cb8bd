using Stemma.Anatomy;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Exact test on the numbering of attention heads: KV groups of a layer are matched by K and V, query heads inside a group by Q and O. Groups are numbered
/// independently in independent trainings, and so are the heads inside a group.
/// </summary>
public sealed class HeadIndexTest : IMethod
{
    private static readonly TensorRole[] Group = [TensorRole.K, TensorRole.V], Query = [TensorRole.Q, TensorRole.O];

    public string Name => "head-index";

    public Evidence? Weigh(PairContext pair)
    {
        if (!pair.SameWidth || pair.Subject.Shape.Layers != pair.Reference.Shape.Layers) return null;
        var (subject, reference) = (ByLayer(pair.Subject.Sketch.Heads), ByLayer(pair.Reference.Sketch.Heads));
        long same = 0;
        double expected = 0;
        var offered = 0;
        foreach (var (layer, heads) in subject)
        {
            if (!reference.TryGetValue(layer, out var others)) continue;
            var groups = Math.Min(heads.Count(TensorRole.K), others.Count(TensorRole.K));
            var queries = Math.Min(heads.Count(TensorRole.Q), others.Count(TensorRole.Q));
            if (groups > 1) Add(heads, others, Group, [.. Enumerable.Range(0, groups)]);
            if (groups == 0 || queries % groups != 0 || queries == groups) continue;
            for (var group = 0; group < groups; group++) Add(heads, others, Query, [.. Enumerable.Range(group * (queries / groups), queries / groups)]);
        }

        if (offered == 0) return null;
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Exact,
            NullHypothesis = "The models were initialised and trained independently, so the numbering of attention heads in one says nothing about the other.",
            Statistic = same,
            Log10P = ExactBounds.LogTail(same, expected) / ExactBounds.Ln10,
            Effect = Math.Max(0, same - expected) / Math.Max(1, offered - expected),
            Finding = $"{same} of {offered} heads keep their number (chance: {expected:0})",
            Detail = $"{same} of {offered} attention heads and KV groups have their nearest counterpart under their own number; chance gives about {expected:0}.",
        };

        void Add(LayerHeads a, LayerHeads b, TensorRole[] roles, int[] labels)
        {
            if (Make(a, roles, labels) is not { } left || Make(b, roles, labels) is not { } right) return;
            var (hits, matched) = MutualMatch.Count(MutualMatch.Find(left, right), labels, labels);
            same += hits;
            expected += (double)matched / labels.Length;
            offered += labels.Length;
        }
    }

    private static Dictionary<int, LayerHeads> ByLayer(IReadOnlyList<HeadSketch> heads)
    {
        var layers = new Dictionary<int, LayerHeads>();
        foreach (var head in heads)
        {
            if (!layers.TryGetValue(head.Layer, out var layer)) layers.Add(head.Layer, layer = new());
            layer.Add(head);
        }

        return layers;
    }

    /// <summary>The heads of one layer by role and number.</summary>
    private sealed class LayerHeads
    {
        private readonly Dictionary<int, HeadSketch> _q = [], _k = [], _v = [], _o = [];

        public int Count(TensorRole role) => Of(role).Count;

        public HeadSketch? Find(TensorRole role, int head) => Of(role).GetValueOrDefault(head);

        public void Add(HeadSketch head) => Of(head.Role).TryAdd(head.Head, head);

        private Dictionary<int, HeadSketch> Of(TensorRole role) => role switch
        {
            TensorRole.Q => _q,
            TensorRole.K => _k,
            TensorRole.V => _v,
            TensorRole.O => _o,
            _ => [],
        };
    }

    private static Features? Make(LayerHeads heads, TensorRole[] roles, int[] labels)
    {
        var width = Sketching.Recipe.HeadRows * Sketching.Recipe.HeadColumns;
        var features = new Features(labels.Length, width * roles.Length);
        var directions = new sbyte[roles.Length][];
        for (var i = 0; i < labels.Length; i++)
        {
            for (var r = 0; r < roles.Length; r++)
            {
                if (heads.Find(roles[r], labels[i]) is not { } head) return null;
                directions[r] = head.Direction;
            }

            features.SetBlocks(i, directions, 0, width);
        }

        return features;
    }
}
