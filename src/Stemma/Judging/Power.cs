using MathNet.Numerics.Distributions;
using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;

namespace Stemma.Judging;

/// <summary>
/// What the index tests would have seen: the smallest cosine between a unit and its descendant at which the exact p would fall below the claim with 95 % certainty.
/// </summary>
internal static class Power
{
    private const double Certainty = 1.645;

    /// <summary>The cosine, or null when even identical units would not have been enough.</summary>
    public static double? SmallestCosine(PairContext pair)
    {
        var seen = new List<double?> { OfUnits(pair), OfResidual(pair) }.OfType<double>().ToList();
        return seen.Count == 0 ? null : seen.Min();
    }

    /// <summary>Expected matches to their own label among <paramref name="labels"/> units, when true pairs have cosine c and others N(0, 1/dimensions).</summary>
    internal static double ExpectedMatches(int labels, double dimensions, double cosine)
    {
        const int steps = 200;
        const double reach = 6;
        var (noise, signal) = (Math.Sqrt(Math.Max(0, 1 - (cosine * cosine))), cosine * Math.Sqrt(dimensions));
        var sum = 0.0;
        for (var s = 0; s < steps; s++)
        {
            var z = reach * ((2.0 * (s + 0.5) / steps) - 1);
            var nearest = Normal.CDF(0, 1, signal + (z * noise));
            sum += Normal.PDF(0, 1, z) * Math.Pow(nearest, 2 * (labels - 1)) * (2 * reach / steps);
        }

        return labels * sum;
    }

    private static double? OfUnits(PairContext pair)
    {
        var (subject, reference) = (pair.Subject.Sketch.Units, pair.Reference.Sketch.Units);
        var layers = Math.Min(subject.Count, reference.Count);
        if (layers == 0 || !pair.SameWidth) return null;
        var labels = Math.Min(Offered(subject[0]), Offered(reference[0]));
        var features = UnitPairs.FeaturesOf(subject[0], [.. Enumerable.Range(0, Math.Min(64, subject[0].Count))], subject[0].HasGate);
        return Bisect(labels, layers, DimensionsOf(features), layers);
    }

    private static double? OfResidual(PairContext pair)
    {
        if (!pair.SameWidth || pair.Anchors.Count < 8 || pair.Subject.Sketch.Anchors.EmbedScale.Length == 0) return null;
        var anchors = pair.Subject.Sketch.Anchors;
        var features = ResidualFeatures.Make(
            anchors, pair.Anchors.First, [.. Enumerable.Range(0, Math.Min(64, anchors.Width))],
            anchors.HeadScale.Length > 0 && pair.Reference.Sketch.Anchors.HeadScale.Length > 0);
        return Bisect(Math.Min(512, anchors.Width), 1, DimensionsOf(features), 1);
    }

    private static double? Bisect(int labels, int layers, double dimensions, double expected)
    {
        if (labels < 2) return null;
        bool Seen(double cosine)
        {
            var matches = layers * ExpectedMatches(labels, dimensions, cosine);
            return ExactBounds.LogTail((long)(matches - (Certainty * Math.Sqrt(matches))), expected) / ExactBounds.Ln10 <= Thresholds.ClaimLog10P;
        }

        if (!Seen(0.9999)) return null;
        var (low, high) = (0.0, 0.9999);
        for (var i = 0; i < 20; i++)
        {
            var middle = (low + high) / 2;
            if (Seen(middle)) high = middle;
            else low = middle;
        }

        return high;
    }

    /// <summary>Independent dimensions that would give unrelated vectors the spread of cosines that these have.</summary>
    private static double DimensionsOf(Features features)
    {
        double sum = 0, square = 0, count = 0;
        for (var i = 0; i < features.Rows; i++)
        {
            for (var j = 0; j < i; j++)
            {
                double cosine = Features.Dot(features[i], features[j]);
                sum += cosine;
                square += cosine * cosine;
                count++;
            }
        }

        if (count == 0) return 1;
        return 1 / Math.Max(1e-6, (square / count) - (sum / count * (sum / count)));
    }

    private static int Offered(Sketching.Kinds.LayerUnits units) => units.Indices.Where((_, r) => units.Choices[r].HasFlag(Sketching.Kinds.UnitChoice.ByIndex)).Distinct().Count();
}
