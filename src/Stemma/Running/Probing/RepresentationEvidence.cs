using System.Globalization;
using Stemma.Comparing;
using Stemma.Foundation;

namespace Stemma.Running.Probing;

/// <summary>
/// Likeness of what two models make of the same texts, layer by layer. Descriptive: it speaks of function, and unrelated models of good quality agree on much of it;
/// its rank among unrelated pairs (<see cref="Engine.WithRepresentations"/>) says how unusual it is, and still not why. REEF's single number (linear CKA, biased, one layer) stands beside the unbiased one.
/// </summary>
public static class RepresentationEvidence
{
    public const string Method = "representations";

    /// <summary>REEF reads layer 18 of models of 32.</summary>
    private const double ReefDepth = 18.0 / 32;

    /// <summary>Measured on two models of the examples, parent and stranger, which share data, tokenizer and shape and nothing else; a test holds it.</summary>
    internal const double StrangersReach = 0.96;

    /// <exception cref="StemmaException"><see cref="FaultCode.ProbeUnavailable"/>: the two have read different numbers of texts.</exception>
    public static Evidence Of(ModelRepresentations subject, ModelRepresentations reference)
    {
        if (subject.Texts != reference.Texts) throw new StemmaException(FaultCode.ProbeUnavailable, "", null, $"{subject.Texts} and {reference.Texts} texts", "the same texts for both models");
        var layers = subject.Layers;
        var unbiased = new double[layers];
        var biased = new double[layers];
        var nearest = new double[layers];
        for (var layer = 1; layer <= layers; layer++)
        {
            var own = subject.Depths[layer];
            var other = reference.Depths[Counterpart(layer, layers, reference.Layers)];
            (unbiased[layer - 1], biased[layer - 1]) = (Rounded(LinearCka.Unbiased(own, other)), Rounded(LinearCka.Biased(own, other)));
            nearest[layer - 1] = Enumerable.Range(1, reference.Layers).MaxBy(depth => LinearCka.Unbiased(own, reference.Depths[depth]));
        }

        var mean = Rounded(unbiased.Average());
        var reef = Rounded(LinearCka.Biased(subject.Depths[At(ReefDepth, layers)], reference.Depths[At(ReefDepth, reference.Layers)]));
        return new()
        {
            Method = Method,
            Kind = EvidenceKind.Descriptive,
            Statistic = mean,
            Finding = string.Create(CultureInfo.InvariantCulture, $"likeness {mean:0.00}, as REEF counts {reef:0.00}; strangers trained alike reach {StrangersReach:0.00}"),
            Detail = string.Create(CultureInfo.InvariantCulture,
                $"Unbiased CKA of the last token's hidden state over {subject.Texts} texts: mean {mean:0.000} over layers at equal relative depth. Linear CKA as REEF publishes it (biased, depth {ReefDepth:0.0#} of the layers): {reef:0.000}. ")
                + string.Create(CultureInfo.InvariantCulture, $"Not evidence of descent: two models that were trained apart on one text reach {StrangersReach:0.00} without sharing a weight, and the biased number is high for any two models where texts are fewer than dimensions."),
            Series =
            [
                new("Unbiased CKA by the subject's layer, reference at the same relative depth", unbiased),
                new("Linear CKA (biased) by the subject's layer, reference at the same relative depth", biased),
                new("The reference's most alike layer, counted from 1, by the subject's layer", nearest),
            ],
        };
    }

    /// <summary>What stands in the evidence's place where a model could not be run.</summary>
    public static Evidence NotRead(Fault why) => new()
    {
        Method = Method,
        Kind = EvidenceKind.Descriptive,
        Finding = "not computed: a model could not be run",
        Detail = $"Not computed: {why.CodeText}, {why.Found.TrimEnd('.')}.",
    };

    /// <summary>Hidden states differ in their last bits between processors; what is reported should not.</summary>
    private static double Rounded(double value) => Math.Round(value, 6);

    private static int Counterpart(int layer, int layers, int others) => At((double)layer / layers, others);

    private static int At(double share, int layers) => Math.Clamp((int)Math.Round(share * layers, MidpointRounding.AwayFromZero), 1, layers);
}
