using Stemma.Comparing;
using Stemma.Comparing.Statistics;
using Stemma.Fingerprints;

namespace Stemma.Judging.Figures;

/// <summary>The exact unit test of one pair of layers, before it is joined with the others.</summary>
/// <param name="SubjectLayer">Layer number.</param>
/// <param name="ReferenceLayer">Layer number.</param>
/// <param name="Same">Units that keep their number.</param>
/// <param name="Offered">Units looked at.</param>
/// <param name="Expected">Units that would keep it by chance.</param>
/// <param name="Log10P">Base-10 logarithm of the bound on p of this pair of layers alone; not corrected for the maps tried.</param>
public sealed record LayerTest(int SubjectLayer, int ReferenceLayer, int Same, int Offered, double Expected, double Log10P);

/// <summary>Numbers of a pair that only a picture shows: every layer against every layer.</summary>
/// <param name="SubjectLayers">Layer numbers, ascending; the rows of <paramref name="Scores"/>.</param>
/// <param name="ReferenceLayers">Layer numbers, ascending; the columns.</param>
/// <param name="Scores">How alike two layers are, -1 to 1; NaN where they cannot be compared.</param>
/// <param name="ScoreName">What the scores are.</param>
/// <param name="Tests">The unit test of each pair of layers that the layer map of that test joins; empty where it was not made.</param>
public sealed record PairFigures(
    IReadOnlyList<int> SubjectLayers, IReadOnlyList<int> ReferenceLayers, IReadOnlyList<IReadOnlyList<double>> Scores, string ScoreName, IReadOnlyList<LayerTest> Tests)
{
    /// <summary>Computes them anew from what the verdict was made of.</summary>
    /// <param name="result">The comparison.</param>
    /// <param name="subject">Fingerprint of its subject.</param>
    /// <param name="reference">Fingerprint of its reference.</param>
    public static PairFigures Of(ComparisonResult result, Fingerprint subject, Fingerprint reference)
    {
        var pair = new PairContext(subject, reference, result.Deep);
        int[] rows = [.. pair.SubjectParts.Layers], columns = [.. pair.ReferenceParts.Layers];
        var recovered = result.Deep is { Matched.Count: > 0 };
        var found = result.Deep?.Layers.ToDictionary(p => (p.Subject, p.Reference), p => p.Units) ?? [];
        double Score(int i, int j) => recovered ? found.GetValueOrDefault((i, j), double.NaN) : pair.Cosines.Between(i, j)?.Mean ?? double.NaN;
        return new(
            rows, columns, [.. rows.Select(i => (IReadOnlyList<double>)[.. columns.Select(j => Score(i, j))])],
            recovered ? "agreement of units beyond chance, in the recovered basis" : "mean centred cosine of the matrices", TestsOf(pair));
    }

    private static List<LayerTest> TestsOf(PairContext pair)
    {
        if (!pair.SameWidth || pair.Subject.Digest == pair.Reference.Digest) return [];
        var best = pair.Units.Best;
        return [.. best.Map.Pairs.Zip(best.Matches, (layers, match) => new LayerTest(
            pair.Subject.Sketch.Units[layers.Subject].Layer, pair.Reference.Sketch.Units[layers.Reference].Layer, match.Same, match.Offered, match.Expected, Math.Min(0, match.LogP) / ExactBounds.Ln10))];
    }
}
