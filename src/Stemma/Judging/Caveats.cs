using Stemma.Fingerprints;

namespace Stemma.Judging;

/// <summary>What limits a verdict, in the order of its weight.</summary>
internal static class Caveats
{
    public const string Replay = "replay-possible", Relative = "parent-or-relative", QuickSketch = "quick";

    public static IReadOnlyList<Caveat> Of(Findings findings, Ruling ruling, Direction direction, double? power)
    {
        var caveats = new List<Caveat>(ruling.Caveats);
        var (subject, reference) = (findings.Pair.Subject, findings.Pair.Reference);
        if (ruling.Relation == Relation.Derived && ReplayPossible(subject, reference))
        {
            caveats.Add(new(Replay, "Both models have one shape and fewer than 100 million parameters. Running the same script with the same seed, data and order again gives the same weights, and no statistic can tell that from copying."));
        }

        if (findings.Pair.Quick)
        {
            caveats.Add(new(QuickSketch, "At least one fingerprint was made quickly: gains, biases, the embeddings of some tokens and the same few rows of every matrix. What stands elsewhere was not looked at, "
                + "and equal files are not called identical. Somebody who knows these rows could hide a copy by changing them; compare in full before acting on 'unrelated'."));
        }

        if (direction is Direction.SubjectFromReference or Direction.ReferenceFromSubject)
        {
            caveats.Add(new(Relative, "The older side shows; whether the start was that very model or a close relative of it does not. Compare its relatives in one call."));
        }

        if (ruling.Relation == Relation.Unrelated && power is { } cosine)
        {
            caveats.Add(new("power", $"Copies whose vectors kept a cosine of {cosine:0.00} or more with the original would have been found, 95 times in 100, as long as their numbering was kept. "
                + (findings.Pair.Deep is null
                    ? "Only fingerprints were compared: a relation hidden by a permutation or rotation of the residual stream and retrained embeddings together would not have been found. Compare the weights."
                    : "The weights were also searched for a permutation or rotation of the residual stream that would make the two meet; none was found.")));
        }

        if (findings.Pair.Anchors.Obstacle is { } obstacle) caveats.Add(new("tokens-unmatched", $"Token rows took no part: {obstacle}."));
        var common = CommonMaterial(subject) + CommonMaterial(reference);
        if (common > 0) caveats.Add(new("common-material-removed", $"{common} tensors that anybody's model holds (masks, constants, rotary tables) took no part."));
        var few = findings.Evidence.Where(e => e.Kind == Comparing.EvidenceKind.Calibrated && e.Controls < Comparing.Statistics.Controls.Fewest).Select(e => e.Method).ToList();
        if (few.Count > 0) caveats.Add(new("few-controls", $"Fewer than {Comparing.Statistics.Controls.Fewest} controls, so no percentile: {string.Join(", ", few)}."));
        foreach (var notice in subject.Notices.Concat(reference.Notices).Where(n => n.LimitsCoverage)) caveats.Add(new("unread-tensors", notice.Text));
        return [.. caveats.DistinctBy(c => (c.Code, c.Text))];
    }

    private static bool ReplayPossible(Fingerprint a, Fingerprint b) =>
        (a.Architecture == b.Architecture || IsGguf(a) || IsGguf(b)) && a.Parameters < Thresholds.ReplayParameters && b.Parameters < Thresholds.ReplayParameters
        && a.Shape with { Vocabulary = 0 } == b.Shape with { Vocabulary = 0 };

    /// <summary>The names of GGUF are the same for all families, so that its architecture says nothing.</summary>
    private static bool IsGguf(Fingerprint model) => model.Architecture.StartsWith("gguf", StringComparison.Ordinal);

    private static int CommonMaterial(Fingerprint model) => model.Sketch.Tensors.Count(t => t.Parts.Count > 0 && t.Parts.All(p => p.CommonMaterial));
}
