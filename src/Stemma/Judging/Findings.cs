using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Methods;
using Stemma.Comparing.Statistics;
using Stemma.Foundation;

namespace Stemma.Judging;

/// <summary>The evidence of a pair, and the few numbers that the rules of the verdict read from it.</summary>
internal sealed class Findings
{
    public Findings(PairContext pair)
    {
        Pair = pair;
        Identical = !pair.Quick && pair.Subject.Digest == pair.Reference.Digest;
        // Which layer meets which is asked by many methods: found first, with all processors, and not by one method while the others wait for it.
        if (!Identical) _ = pair.Layers;
        Evidence = [.. InParallel.Map(Identical ? Battery.OfCopies : Battery.All, method => method.Weigh(pair)).OfType<Evidence>()];
        if (!Identical) (Gains, Biases) = pair.Learned;
        var exact = Evidence.Where(e => e.Kind == EvidenceKind.Exact && e.Log10P is not null).Select(e => e.Log10P!.Value * ExactBounds.Ln10).ToList();
        Log10P = ExactBounds.Fisher(exact) / ExactBounds.Ln10;
        HasExact = exact.Count > 0;
    }

    public PairContext Pair { get; }

    /// <summary>Every tensor has its namesake with the same bytes.</summary>
    public bool Identical { get; }
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
        Evidence.Where(e => e is { Kind: EvidenceKind.Calibrated, Percentile: >= 100, Method: "two-witness" or "direct-cosine" or "aligned-units" or "aligned-attention" }
            && e.Controls >= Controls.Fewest && e.Effect >= Thresholds.CalibratedEffect).DistinctBy(e => Family(e.Method)).Count() >= 2;

    /// <summary>The same units in two bases are one family.</summary>
    private static string Family(string method) => method is "two-witness" or "aligned-units" ? "units" : "matrices";

    /// <summary>The family that agrees more: gains may have been rescaled away, biases may not exist.</summary>
    public LearnedCorrelation Learned => (Gains, Biases) switch
    {
        ({ } gains, { } biases) => gains.R > biases.R ? gains : biases,
        ({ } gains, null) => gains,
        (null, { } biases) => biases,
        _ => default,
    };

    /// <summary>
    /// How much of the matrices, initial noise and learning together, is shared in matched layers; null when no matrix could be compared. A family that agrees
    /// less than half as well as the other is left out: its units were reordered or replaced, and with it twins by seed would seem to share more learning than noise.
    /// </summary>
    public double? Bulk => SharedMatrices(Pair);

    /// <summary>As <see cref="Bulk"/>, of a pair whose evidence was not weighed.</summary>
    public static double? SharedMatrices(PairContext pair)
    {
        var families = new[] { LayerCosines.Attention, LayerCosines.Ffn }
            .Select(family => pair.Layers.Pairs.SelectMany(p => pair.Cosines.Each(p.Subject, p.Reference, family)).ToList()).Where(f => f.Count > 0).ToList();
        if (families.Count == 0) return null;
        var best = families.Max(f => f.Average());
        return families.Where(f => f.Average() >= best / 2).SelectMany(f => f).Average();
    }

    public bool LearnedKnown => Gains is not null || Biases is not null;
}
