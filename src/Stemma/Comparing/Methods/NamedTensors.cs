using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
using Stemma.Sketching;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Tensors whose role nobody knows take part by name and shape: the centred cosine of every matrix with its namesake, ranked against matrices of
/// the same shape and another name.
/// </summary>
public sealed class NamedTensors : IMethod
{
    private const int MostControls = 500;

    public string Name => "named-tensors";

    public Evidence? Weigh(PairContext pair)
    {
        var (subject, reference) = (Unknown(pair.Subject), Unknown(pair.Reference));
        var matched = new List<double>();
        var controls = new List<double>();
        foreach (var a in subject)
        {
            foreach (var b in reference)
            {
                var isNamesake = a.Tensor == b.Tensor;
                if (a.Part.Units != b.Part.Units || (!isNamesake && controls.Count >= MostControls) || pair.Cosine(a.Part, b.Part) is not { } cosine) continue;
                (isNamesake ? matched : controls).Add(cosine);
            }
        }

        if (matched.Count == 0) return null;
        var mean = matched.Average();
        return Controls.Weigh(
            Name, "A matrix of unknown role is no more like its namesake than like any other matrix of its shape.", mean, controls,
            $"{matched.Count} matrices whose role is unknown have a mean centred cosine of {mean:0.000} with their namesakes"
                + Controls.Sentence(controls, "other matrices of one shape") + ".");
    }

    private static List<NamedPart> Unknown(Fingerprints.Fingerprint model) =>
        [.. model.Sketch.Tensors.SelectMany(t => t.Parts, (t, p) => new NamedPart(t.Name, p)).Where(t => t.Part is { Role: TensorRole.Unknown, Linear: not null })];

    private sealed record NamedPart(string Tensor, PartSketch Part);
}
