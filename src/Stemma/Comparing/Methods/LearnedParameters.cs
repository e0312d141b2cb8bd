using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing.Methods;

/// <summary>Pooled correlation of parameters that only training writes, with its standard error on Fisher's z scale.</summary>
/// <param name="R">Pooled Pearson correlation.</param>
/// <param name="Lower">Three standard errors below.</param>
/// <param name="Upper">Three standard errors above.</param>
/// <param name="Numbers">Numbers behind it.</param>
public readonly record struct LearnedCorrelation(double R, double Lower, double Upper, int Numbers);

/// <summary>
/// Was what is shared learned, or only drawn from one seed? Gains start at one and biases of attention at zero, so they carry no initial noise: only training
/// writes them. Copies keep most of each other's learned parameters; two trainings from the same initial values on other data do not, the more so the longer they are.
/// </summary>
public sealed class LearnedParameters : IMethod
{
    /// <summary>
    /// Torch's default biases are uniform on +-1/sqrt(inputs): excess kurtosis -1.2 and a known spread. They start as noise and say nothing about learning.
    /// The border is half way to the normal distribution's 0, over all layers of a role, because one short vector's kurtosis has a standard error of 0.6.
    /// </summary>
    private const double UniformKurtosis = -0.6, UniformSpreadBelow = 0.7, UniformSpreadAbove = 1.5;

    /// <summary>Standard errors to either side: a true descendant falls outside once in a thousand times.</summary>
    private const double Errors = 3;

    private static readonly TensorRole[] GainRoles =
        [TensorRole.NormAttn, TensorRole.NormFfn, TensorRole.NormAttnPost, TensorRole.NormFfnPost, TensorRole.QNorm, TensorRole.KNorm, TensorRole.FinalNorm, TensorRole.EmbedNorm];
    private static readonly TensorRole[] BiasRoles = [TensorRole.Q, TensorRole.K, TensorRole.V];

    public string Name => "learned-parameters";

    public Evidence? Weigh(PairContext pair)
    {
        var (gains, biases) = pair.Learned;
        if (gains is null && biases is null) return null;
        var parts = new List<string>();
        if (gains is { } g) parts.Add($"gains {g.R:0.000} ({g.Lower:0.00} to {g.Upper:0.00}, {g.Numbers} numbers)");
        if (biases is { } b) parts.Add($"biases {b.R:0.000} ({b.Lower:0.00} to {b.Upper:0.00}, {b.Numbers} numbers)");
        var best = Math.Max(gains?.R ?? double.NegativeInfinity, biases?.R ?? double.NegativeInfinity);
        return new Evidence
        {
            Method = Name,
            Kind = EvidenceKind.Descriptive,
            Statistic = best,
            Effect = Math.Clamp(best, 0, 1),
            Finding = "correlation " + string.Join(", ", new[] { Short(gains, "gains"), Short(biases, "biases") }.OfType<string>()),
            Detail = $"Correlation of parameters that start from a constant, centred, in matched layers: {string.Join("; ", parts)}. "
                + "Descendants keep it nearly as well as the matrices themselves; two trainings from one seed usually do not.",
        };
    }

    private static string? Short(LearnedCorrelation? found, string of) => found is { } there ? $"{there.R:0.00} of {of}" : null;

    /// <summary>Pooled over matched layers only; null where nothing that starts from a constant was found on both sides.</summary>
    public static (LearnedCorrelation? Gains, LearnedCorrelation? Biases) Measure(PairContext pair)
    {
        var (gains, biases) = (new List<List<Agreement>>(), new List<List<Agreement>>());
        var learnedBiases = BiasRoles.Where(role => StartsFromZero(pair.Subject, role) && StartsFromZero(pair.Reference, role)).ToList();
        foreach (var (subject, reference, _) in pair.Layers.Pairs.Append((TensorPart.NoLayer, TensorPart.NoLayer, 1)))
        {
            gains.Add([.. GainRoles.Select(role => Compare(pair.SubjectParts.Find(role, subject), pair.ReferenceParts.Find(role, reference))).OfType<Agreement>()]);
            biases.Add([.. GainRoles.Concat(learnedBiases)
                .Select(role => Compare(pair.SubjectParts.Find(role, subject, bias: true), pair.ReferenceParts.Find(role, reference, bias: true))).OfType<Agreement>()]);
        }

        return (Pool(gains), Pool(biases));
    }

    /// <summary>Known families start these biases at zero; a home-made model may not, and a uniform distribution betrays it.</summary>
    private static bool StartsFromZero(Fingerprint model, TensorRole role)
    {
        var biases = model.Sketch.Tensors.SelectMany(t => t.Parts).Where(p => p.Role == role && p.IsBias && !p.CommonMaterial).ToList();
        if (biases.Count == 0 || biases.Exists(p => p.Inferred)) return false;
        var spread = biases.Average(p => p.Moments.StandardDeviation) * Math.Sqrt(3.0 * Math.Max(1, model.Shape.Hidden));
        return biases.Average(p => p.Moments.Kurtosis) > UniformKurtosis || spread is < UniformSpreadBelow or > UniformSpreadAbove;
    }

    private sealed record Agreement(double R, int Numbers);

    private static Agreement? Compare(PartSketch? a, PartSketch? b)
    {
        if (a?.Values is not { Length: > 2 } x || b?.Values is not { } y || x.Length != y.Length || !Varies(a) || !Varies(b)) return null;
        return Correlation.Pearson(Doubles(x), Doubles(y)) is { } r ? new(r, x.Length) : null;
    }

    private static double[] Doubles(float[] values)
    {
        var doubles = new double[values.Length];
        for (var i = 0; i < values.Length; i++) doubles[i] = values[i];
        return doubles;
    }

    /// <summary>A gain folded away is constant up to rounding: it holds nothing.</summary>
    private static bool Varies(PartSketch part) => part.Moments.StandardDeviation > 1e-4 * Math.Abs(part.Moments.Mean) && part.Moments.StandardDeviation > 0;

    /// <summary>
    /// Each vector is standardised, so the pooled r is the mean of the vectors' r weighted by length. The error is the larger of Fisher's and of the spread
    /// between layers, which are the units that training moves together.
    /// </summary>
    private static LearnedCorrelation? Pool(List<List<Agreement>> layers)
    {
        var found = layers.Where(l => l.Count > 0).Select(l => new Agreement(l.Sum(v => v.R * v.Numbers) / l.Sum(v => v.Numbers), l.Sum(v => v.Numbers))).ToList();
        var numbers = found.Sum(l => l.Numbers);
        if (numbers < 8) return null;
        var pooled = Math.Clamp(found.Sum(l => l.R * l.Numbers) / numbers, -0.999999, 0.999999);
        var variance = found.Count < 2 ? 0 : found.Sum(l => l.Numbers * (l.R - pooled) * (l.R - pooled)) / numbers / (found.Count - 1);
        var error = Math.Max(1 / Math.Sqrt(numbers - 3), Math.Sqrt(variance) / (1 - (pooled * pooled)));
        return new(pooled, Math.Tanh(Math.Atanh(pooled) - (Errors * error)), Math.Tanh(Math.Atanh(pooled) + (Errors * error)), numbers);
    }
}
