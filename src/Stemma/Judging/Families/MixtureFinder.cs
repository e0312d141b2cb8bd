using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Differences;
using Stemma.Comparing.Mixtures;
using Stemma.Fingerprints;

namespace Stemma.Judging.Families;

/// <summary>A model that others may have gone into, or come from.</summary>
internal sealed class Member
{
    private readonly Lazy<StoredParts> _stored;
    private readonly Lazy<PartIndex> _index;

    public Member(Fingerprint model)
    {
        Model = model;
        (_stored, _index) = (new(() => new(model)), new(() => new(model)));
    }

    public Fingerprint Model { get; }
    public StoredParts Stored => _stored.Value;
    public PartIndex Index => _index.Value;
}

/// <summary>Finds the best explanation of a model among others: a merge or a stack that nothing simpler explains.</summary>
internal static class MixtureFinder
{
    /// <summary>Where the child of a merge may be rounding's author, what is left is one rounding of the child or more. An end that was extrapolated leaves less.</summary>
    private const double OwnRounding = 0.8;

    /// <summary>With the layer maps worked out here.</summary>
    public static Mixture? Find(Fingerprint subject, IReadOnlyList<Fingerprint> candidates) =>
        Find(new Member(subject), [.. candidates.Where(c => c.Digest != subject.Digest).Select(c => (new Member(c), (Func<int, int?>)new PairContext(subject, c).Layers.ReferenceOf))]);

    /// <param name="subject">The model to explain.</param>
    /// <param name="candidates">Relatives that are not the same model, each with its layer for each of the subject's.</param>
    public static Mixture? Find(Member subject, IReadOnlyList<(Member Model, Func<int, int?> Layer)> candidates)
    {
        candidates = [.. candidates.Where(c => c.Model.Model.Sketch.Quick is null)];
        if (candidates.Count < 2 || subject.Model.Sketch.Quick is not null) return null;
        var names = candidates.Select(c => c.Model.Model.Name).ToList();
        var fit = MixtureSearch.Find(subject.Stored, [.. candidates.Select(c => (c.Model.Stored, c.Layer))]);
        if (fit is not null) return OfFit(subject.Model.Name, names, fit);
        var layers = subject.Index.Layers;
        var sources = candidates.Select(c => LayerSources.Of((subject.Index, subject.Stored), (c.Model.Index, c.Model.Stored))).ToList();
        return StackSearch.Find(layers, sources, [.. candidates.Select(c => c.Model.Index.Layers.Count)]) is { } stack ? OfStack(subject.Model.Name, names, layers.Count, stack) : null;
    }

    /// <summary>Null where one of the candidates stands between the subject and the rest, and is itself the mixture.</summary>
    private static Mixture? OfFit(string child, List<string> names, MixtureFit fit)
    {
        var positive = fit.Shares.Count(s => s > 0);
        if (positive < 2) return null;
        var mixture = new Mixture
        {
            Child = child,
            Kind = fit.Kind,
            Parents = [.. fit.Parents.Select((p, at) => new MixtureParent(names[p], fit.Shares[at], fit.Errors[at]))],
            DirectionKnown = positive == fit.Shares.Length && !(fit.Rounding < OwnRounding),
            ShareByLayer = fit.Kind is MixtureKind.Gradient or MixtureKind.Slerp ? ByLayer(fit) : [],
            Tensors = fit.Tensors.Count,
            ExactTensors = fit.Exact,
            Rounding = double.IsFinite(fit.Rounding) ? fit.Rounding : null,
            Gain = fit.Gain,
            Detail = "",
        };
        return mixture with { Detail = MixtureWords.Of(mixture) };
    }

    private static List<LayerShares> ByLayer(MixtureFit fit) =>
        [.. fit.Tensors.Where(t => t.Tensor.Key.Layer >= 0).GroupBy(t => t.Tensor.Key.Layer).OrderBy(g => g.Key)
            .Select(g => new LayerShares(g.Key, [.. fit.Parents.Select((_, p) => g.Average(t => t.Shares[p]))]))];

    private static Mixture OfStack(string child, List<string> names, int depth, StackFit stack)
    {
        var mixture = new Mixture
        {
            Child = child,
            Kind = MixtureKind.Stack,
            Parents = [new(names[stack.First], null, null), new(names[stack.Second], null, null)],
            DirectionKnown = stack.Strangers,
            Layers = [.. stack.Layers.Select(l => new StackedLayer(l.Layer, l.Parent == stack.First ? 0 : 1, l.Source.Layer, Math.Min(1, l.Source.Score)))],
            Detail = "",
        };
        return mixture with { Detail = MixtureWords.Of(mixture, depth) };
    }
}
