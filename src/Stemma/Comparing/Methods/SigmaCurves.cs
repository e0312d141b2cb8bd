using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
using Stemma.Fingerprints;

namespace Stemma.Comparing.Methods;

/// <summary>
/// HonestAGI's "intrinsic fingerprint" (arXiv 2507.03014): the standard deviation of a matrix per layer, as a curve over depth; z-scored; the shorter curve
/// linearly interpolated; Pearson's r; mean over Q, K, V and O. Descriptive: unrelated models of one shape reach 0.9 too.
/// </summary>
public sealed class SigmaCurves : IMethod
{
    private static readonly (TensorRole Role, bool Bias, string Name)[] Curves =
    [
        (TensorRole.Q, false, "Q"), (TensorRole.K, false, "K"), (TensorRole.V, false, "V"), (TensorRole.O, false, "O"),
        (TensorRole.Q, true, "Q bias"), (TensorRole.K, true, "K bias"), (TensorRole.V, true, "V bias"),
        (TensorRole.NormAttn, false, "attention gain"), (TensorRole.NormFfn, false, "FFN gain"),
        (TensorRole.Gate, false, "gate"), (TensorRole.Up, false, "up"), (TensorRole.Down, false, "down"),
    ];

    public string Name => "sigma-curves";

    public Evidence? Weigh(PairContext pair)
    {
        var series = new List<EvidenceSeries>();
        var (correlations, attention) = (new List<string>(), new List<double>());
        foreach (var (role, bias, name) in Curves)
        {
            var (subject, reference) = (CurveOf(pair.Subject, role, bias), CurveOf(pair.Reference, role, bias));
            if (Correlate(subject, reference) is not { } r) continue;
            correlations.Add($"{name} {r:0.00}");
            if (name is "Q" or "K" or "V" or "O") attention.Add(r);
            series.Add(new($"{name}, subject: standard deviation per layer", subject, name));
            series.Add(new($"{name}, reference: standard deviation per layer", reference, name));
        }

        if (attention.Count == 0) return null;
        var mean = attention.Average();
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Descriptive,
            Statistic = mean,
            Finding = $"correlation {mean:0.00}; 2.3 % of unrelated pairs reach 0.9",
            Detail = $"Mean correlation of the curves {mean:0.000} ({string.Join(", ", correlations)}). "
                + "Not evidence of descent: of 8,698 pairs of unrelated public models 29.6 % reach 0.7 and 2.3 % reach 0.9.",
            Series = series,
        };
    }

    /// <summary>One value per layer; experts of a layer are pooled by their variances.</summary>
    internal static double[] CurveOf(Fingerprint model, TensorRole role, bool bias)
    {
        var parts = model.Sketch.Tensors.SelectMany(t => t.Parts).Where(p => p.Role == role && p.IsBias == bias && p.Layer >= 0 && !p.CommonMaterial && p.Moments.Count > 0).ToList();
        if (parts.Count == 0) return [];
        var curve = new double[parts.Max(p => p.Layer) + 1];
        Array.Fill(curve, double.NaN);
        foreach (var layer in parts.GroupBy(p => p.Layer))
        {
            var count = layer.Sum(p => (double)p.Moments.Count);
            var mean = layer.Sum(p => p.Moments.Count * p.Moments.Mean) / count;
            var square = layer.Sum(p => p.Moments.Count * ((p.Moments.StandardDeviation * p.Moments.StandardDeviation) + (p.Moments.Mean * p.Moments.Mean))) / count;
            curve[layer.Key] = Math.Sqrt(Math.Max(0, square - (mean * mean)));
        }

        return curve;
    }

    /// <summary>Pearson's r of two curves, the shorter stretched to the longer by linear interpolation. Pearson is free of the z-score's scale.</summary>
    internal static double? Correlate(double[] a, double[] b)
    {
        if (a.Length < 3 || b.Length < 3) return null;
        var length = Math.Max(a.Length, b.Length);
        return Correlation.Pearson(Stretch(a, length), Stretch(b, length));
    }

    private static double[] Stretch(double[] curve, int length)
    {
        if (curve.Length == length) return curve;
        var longer = new double[length];
        for (var i = 0; i < length; i++)
        {
            var at = (double)i * (curve.Length - 1) / (length - 1);
            var left = Math.Min((int)at, curve.Length - 2);
            longer[i] = curve[left] + ((at - left) * (curve[left + 1] - curve[left]));
        }

        return longer;
    }
}
