using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Sketching;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Exact test on the numbering of residual dimensions: columns of the embedding and of the head over tokens that both vocabularies hold, matched by
/// the bytes of the token. One block, at most 512 seeded dimensions.
/// </summary>
public sealed class ResidualIndexTest : IMethod
{
    private const int MostDimensions = 512, FewestTokens = 8;

    public string Name => "residual-index";

    public Evidence? Weigh(PairContext pair)
    {
        var (a, b) = (pair.Subject.Sketch.Anchors, pair.Reference.Sketch.Anchors);
        if (a.Width != b.Width || pair.Anchors.Count < FewestTokens) return null;
        if (a.EmbedScale.Length > 0 != b.EmbedScale.Length > 0) return null;
        var dimensions = Enumerable.Range(0, a.Width).OrderBy(d => Recipe.UnitRank(d)).Take(MostDimensions).ToArray();
        var head = a.HeadScale.Length > 0 && b.HeadScale.Length > 0;
        var matching = MutualMatch.Find(
            ResidualFeatures.Make(a, pair.Anchors.First, dimensions, head),
            ResidualFeatures.Make(b, pair.Anchors.Second, dimensions, head));
        var (same, matched) = MutualMatch.Count(matching, dimensions, dimensions);
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Exact,
            NullHypothesis = "The models were initialised and trained independently, so the numbering of residual dimensions in one says nothing about the other.",
            Statistic = same,
            Log10P = ExactBounds.LogTail(same, (double)matched / dimensions.Length) / ExactBounds.Ln10,
            Effect = Math.Max(0, same - 1) / (double)Math.Max(1, dimensions.Length - 1),
            Finding = $"{same} of {dimensions.Length} dimensions keep their number (chance: 1)",
            Detail = $"{same} of {dimensions.Length} residual dimensions have their nearest counterpart under their own number, over {pair.Anchors.Count} shared tokens; chance gives at most 1.",
        };
    }
}
