using Stemma.Anatomy;

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
        var matched = new List<(int Layer, double Cosine)>();
        var controls = new List<double>();
        foreach (var s in pair.SubjectParts.Layers)
        {
            foreach (var r in pair.ReferenceParts.Layers)
            {
                if (pair.Cosines.Between(s, r) is not { } found) continue;
                if (r == pair.CounterpartOf(s)) matched.Add((s, found.Mean));
                else controls.Add(found.Mean);
            }
        }

        if (matched.Count == 0) return null;
        var mean = matched.Average(m => m.Cosine);
        var tables = Tables(pair);
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Calibrated,
            NullHypothesis = "A layer is no more like its counterpart than like any other layer of the other model.",
            Statistic = mean,
            Percentile = Statistics.Controls.Percentile(mean, controls),
            Controls = controls.Count,
            Effect = Math.Clamp(mean, 0, 1),
            Finding = $"cosine {mean:0.00}" + Statistics.Controls.Brief(controls),
            Detail = $"Mean centred cosine of the matrices of {matched.Count} layers with their counterparts {mean:0.000}"
                + Statistics.Controls.Sentence(controls)
                + (tables.Length > 0 ? $"; {tables}." : "."),
            Series = [new("mean centred cosine per layer", [.. matched.Select(m => m.Cosine)])],
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
