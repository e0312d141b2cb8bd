using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Looks for a hidden residual basis: cosines between the embedding rows of shared tokens do not change when the residual stream is rotated or permuted.
/// Models trained on the same language share a little of this geometry, copies share nearly all of it. Never accuses; it only says that a comparison
/// in the stored basis cannot clear the pair.
/// </summary>
public sealed class TokenGeometry : IMethod
{
    /// <summary>More than half of the variance of the geometry in common: correlation above the root of one half.</summary>
    public const double Suspicious = 0.7071;

    private const int FewestTokens = 32, MostTokens = 256;

    public string Name => "token-geometry";

    public Evidence? Weigh(PairContext pair)
    {
        var (a, b) = (pair.Subject.Sketch.Anchors, pair.Reference.Sketch.Anchors);
        if (pair.Anchors.Count < FewestTokens || a.EmbedScale.Length == 0 || b.EmbedScale.Length == 0 || Math.Min(a.Width, b.Width) < 16) return null;
        var tokens = Math.Min(MostTokens, pair.Anchors.Count);
        var (left, right) = (Gram(a, pair.Anchors.First.AsSpan(0, tokens)), Gram(b, pair.Anchors.Second.AsSpan(0, tokens)));
        if (Correlation.Pearson(left, right) is not { } r) return null;
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Descriptive,
            Statistic = r,
            Effect = Math.Clamp(r, 0, 1),
            Finding = $"correlation {r:0.00} over {tokens} tokens",
            Detail = $"Correlation of the cosines between the embeddings of {tokens} shared tokens: {r:0.000}. It does not change under rotation or permutation of the residual stream; "
                + $"above {Suspicious:0.00} more than half of the geometry is shared.",
        };
    }

    private static double[] Gram(Sketching.Kinds.AnchorRows anchors, ReadOnlySpan<int> slots)
    {
        var rows = new Features(slots.Length, anchors.Width);
        var mean = new double[anchors.Width];
        for (var t = 0; t < slots.Length; t++)
        {
            var row = rows[t];
            var bytes = anchors.Embed.AsSpan(slots[t] * anchors.Width, anchors.Width);
            var scale = anchors.EmbedScale[slots[t]];
            for (var d = 0; d < row.Length; d++) mean[d] += row[d] = bytes[d] * scale;
        }

        for (var t = 0; t < slots.Length; t++)
        {
            var row = rows[t];
            for (var d = 0; d < row.Length; d++) row[d] -= (float)(mean[d] / slots.Length);
        }

        rows.Normalise();
        var gram = new double[slots.Length * (slots.Length - 1) / 2];
        var at = 0;
        foreach (var (i, cosines, line) in rows.Cosines(rows))
            for (var j = 0; j < i; j++) gram[at++] = cosines[line, j];
        return gram;
    }
}
