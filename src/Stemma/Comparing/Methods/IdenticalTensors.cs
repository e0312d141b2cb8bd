using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing.Methods;

/// <summary>Tensors that are the same bytes on both sides. Common material, masks and constants, does not count.</summary>
public sealed class IdenticalTensors : IMethod
{
    /// <summary>Fewer numbers than this may agree by rounding.</summary>
    private const long Fewest = 16;

    public string Name => "identical-bytes";

    public Evidence? Weigh(PairContext pair)
    {
        var (subject, reference) = (Weights(pair.Subject), Weights(pair.Reference));
        if (subject.Count == 0 || reference.Count == 0) return null;
        var known = reference.Select(t => t.Digest.ToString()).ToHashSet(StringComparer.Ordinal);
        var same = subject.Where(t => known.Contains(t.Digest.ToString())).ToList();
        var matrices = same.Count(t => t.Parts.Any(p => p.Inner > 1));
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Exact,
            NullHypothesis = "No tensor of weights was copied: two trained tensors never agree in every bit.",
            Statistic = same.Count,
            Effect = (double)same.Count / subject.Count,
            Finding = $"{same.Count} of {subject.Count} tensors are the same bytes",
            Detail = $"{same.Count} of {subject.Count} weight tensors of the subject stand byte for byte in the reference, {matrices} of them matrices.",
        };
    }

    private static List<TensorSketch> Weights(Fingerprint model) =>
        [.. model.Sketch.Tensors.Where(t => !t.Partial && t.Parts.Count > 0 && t.Parts.All(p => !p.CommonMaterial) && t.Parts.Sum(p => p.Moments.Count) >= Fewest)];
}
