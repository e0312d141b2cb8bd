using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Methods;
using Stemma.Comparing.Statistics;

namespace Stemma.Judging;

/// <summary>The evidence of a pair, and the few numbers that the rules of the verdict read from it.</summary>
internal sealed class Findings
{
    public Findings(PairContext pair)
    {
        Pair = pair;
        Evidence = [.. Battery.All.Select(m => m.Weigh(pair)).OfType<Evidence>()];
        (Gains, Biases) = LearnedParameters.Measure(pair);
        var exact = Evidence.Where(e => e.Kind == EvidenceKind.Exact && e.Log10P is not null).Select(e => e.Log10P!.Value * ExactBounds.Ln10).ToList();
        Log10P = ExactBounds.Fisher(exact) / ExactBounds.Ln10;
        HasExact = exact.Count > 0;
    }

    public PairContext Pair { get; }
    public IReadOnlyList<Evidence> Evidence { get; }

    /// <summary>Exact p of all index tests together. The blocks are permuted independently, so Fisher's method holds.</summary>
    public double Log10P { get; }
    public bool HasExact { get; }
    public LearnedCorrelation? Gains { get; }
    public LearnedCorrelation? Biases { get; }

    public Evidence? Of(string method) => Evidence.FirstOrDefault(e => e.Method == method);

    public double Effect(string method) => Of(method)?.Effect ?? 0;

    /// <summary>Two calibrated families beyond every control, with the effect asked for.</summary>
    public bool TwoCalibratedFamilies =>
        Evidence.Count(e => e is { Kind: EvidenceKind.Calibrated, Percentile: >= 100, Method: "two-witness" or "direct-cosine" }
            && e.Controls >= Thresholds.FewestControls && e.Effect >= Thresholds.CalibratedEffect) >= 2;

    /// <summary>The family that agrees more: gains may have been rescaled away, biases may not exist.</summary>
    public LearnedCorrelation Learned => (Gains, Biases) switch
    {
        ({ } gains, { } biases) => gains.R > biases.R ? gains : biases,
        ({ } gains, null) => gains,
        (null, { } biases) => biases,
        _ => default,
    };

    /// <summary>
    /// How much of the matrices, initial noise and learning together, is shared in matched layers; null when no matrix could be compared. The family that agrees
    /// better speaks: reordered units make the FFN look foreign, and twins by seed would then seem to share more learning than noise.
    /// </summary>
    public double? Bulk => new[] { LayerAlignment.Attention, LayerAlignment.Ffn }
        .Select(family => Pair.Layers.Pairs.SelectMany(p => LayerAlignment.CosinesOf(Pair, p.Subject, p.Reference, family)).DefaultIfEmpty(double.NaN).Average())
        .Where(double.IsFinite).Select(mean => (double?)mean).Max();

    public bool LearnedKnown => Gains is not null || Biases is not null;
}
