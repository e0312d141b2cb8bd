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
            var groups = Math.Min(Count(heads, TensorRole.K), Count(others, TensorRole.K));
            var queries = Math.Min(Count(heads, TensorRole.Q), Count(others, TensorRole.Q));
            if (groups > 1) Add(heads, others, Group, [.. Enumerable.Range(0, groups)]);
            if (groups == 0 || queries % groups != 0 || queries == groups) continue;
            foreach (var group in Enumerable.Range(0, groups).Select(g => Enumerable.Range(g * (queries / groups), queries / groups).ToArray())) Add(heads, others, Query, group);
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

        void Add(Dictionary<(TensorRole, int), HeadSketch> a, Dictionary<(TensorRole, int), HeadSketch> b, TensorRole[] roles, int[] labels)
        {
            if (Make(a, roles, labels) is not { } left || Make(b, roles, labels) is not { } right) return;
            var (hits, matched) = MutualMatch.Count(MutualMatch.Find(left, right), labels, labels);
            same += hits;
            expected += (double)matched / labels.Length;
            offered += labels.Length;
        }
    }

    private static Dictionary<int, Dictionary<(TensorRole, int), HeadSketch>> ByLayer(IReadOnlyList<HeadSketch> heads) =>
        heads.GroupBy(h => h.Layer).ToDictionary(g => g.Key, g => g.DistinctBy(h => (h.Role, h.Head)).ToDictionary(h => (h.Role, h.Head)));

    private static int Count(Dictionary<(TensorRole Role, int), HeadSketch> heads, TensorRole role) => heads.Keys.Count(k => k.Role == role);

    private static Features? Make(Dictionary<(TensorRole, int), HeadSketch> heads, TensorRole[] roles, int[] labels)
    {
        var width = Sketching.Recipe.HeadRows * Sketching.Recipe.HeadColumns;
        var features = new Features(labels.Length, width * roles.Length);
        for (var i = 0; i < labels.Length; i++)
        {
            for (var r = 0; r < roles.Length; r++)
            {
                if (!heads.TryGetValue((roles[r], labels[i]), out var head)) return null;
                features.SetBlock(i, r * width, head.Direction);
            }
        }

        features.Normalise();
        return features;
    }
}
