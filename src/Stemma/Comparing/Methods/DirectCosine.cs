using Stemma.Anatomy;
using Stemma.Comparing.Statistics;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Centred cosine of every matrix with its counterpart, as stored, from the linear sketches; ranked against the same role in other layers of the two models,
/// which have the same shape and the same training but not the same origin.
/// </summary>
public sealed class DirectCosine : IMethod
{
    public string Name => "direct-cosine";

    public Evidence? Weigh(PairContext pair)
    {
        var matched = new List<double>();
        var controls = new List<double>();
        foreach (var s in pair.SubjectParts.Layers)
        {
            foreach (var r in pair.ReferenceParts.Layers)
            {
                if (pair.Cosines.Between(s, r) is not { } found) continue;
                if (r == pair.CounterpartOf(s)) matched.Add(found.Mean);
                else controls.Add(found.Mean);
            }
        }

        if (matched.Count == 0) return null;
        var mean = matched.Average();
        var tables = Tables(pair);
        var evidence = Controls.Weigh(
            Name, "A layer is no more like its counterpart than like any other layer of the other model.", mean, controls,
            $"Mean centred cosine of the matrices of {matched.Count} layers with their counterparts {mean:0.000}"
                + Controls.Sentence(controls)
                + (tables.Length > 0 ? $"; {tables}." : "."));
        return evidence with
        {
            Finding = $"cosine {mean:0.00}" + Controls.Brief(controls),
            Series = [new("mean centred cosine per layer", [.. matched])],
        };
    }

    private static string Tables(PairContext pair)
    {
        var found = new List<string>();
        foreach (var (role, name) in new[] { (TensorRole.Embed, "embedding"), (TensorRole.LmHead, "head") })
        {
            if (pair.SubjectParts.Find(role, TensorPart.NoLayer) is { } a && pair.ReferenceParts.Find(role, TensorPart.NoLayer) is { } b
                && a.Units == b.Units && pair.Cosine(a, b) is { } cosine) found.Add($"{name} {cosine:0.000} (rows as numbered)");
        }

        return string.Join(", ", found);
    }
}
