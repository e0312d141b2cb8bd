using Stemma.Anatomy;
using Stemma.Comparing.Statistics;
using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing.Methods;

/// <summary>Pooled correlation of parameters that only training writes, with its standard error on Fisher's z scale.</summary>
/// <param name="R">Pooled Pearson correlation.</param>
/// <param name="Lower">Two standard errors below.</param>
/// <param name="Upper">Two standard errors above.</param>
/// <param name="Numbers">Numbers behind it.</param>
public readonly record struct LearnedCorrelation(double R, double Lower, double Upper, int Numbers);

/// <summary>
/// Was what is shared learned, or only drawn from one seed? Gains start at one and biases of attention at zero, so they carry no initial noise: only training
/// writes them. Copies keep most of each other's learned parameters; two trainings from the same initial values on other data do not.
/// </summary>
public sealed class LearnedParameters : IMethod
{
    /// <summary>Root of one half: above it more than half of the variance of what both learned is shared.</summary>
    public const double Majority = 0.7071;

    /// <summary>
    /// Torch's default biases are uniform (excess kurtosis -1.2): they start as noise and say nothing about learning. Half way to the normal distribution's 0,
    /// over all layers of a role, because one short vector's kurtosis has a standard error of 0.6.
    /// </summary>
    private const double UniformKurtosis = -0.6;

    private static readonly TensorRole[] GainRoles =
        [TensorRole.NormAttn, TensorRole.NormFfn, TensorRole.NormAttnPost, TensorRole.NormFfnPost, TensorRole.QNorm, TensorRole.KNorm, TensorRole.FinalNorm, TensorRole.EmbedNorm];
    private static readonly TensorRole[] BiasRoles = [TensorRole.Q, TensorRole.K, TensorRole.V];

    public string Name => "learned-parameters";

    public Evidence? Weigh(PairContext pair)
    {
        var (gains, biases) = Measure(pair);
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
            Detail = $"Correlation of parameters that start from a constant, centred, in matched layers: {string.Join("; ", parts)}. "
                + $"Above {Majority:0.00} more than half of what both models learned is shared.",
        };
    }

    /// <summary>Pooled over matched layers only; null where nothing that starts from a constant was found on both sides.</summary>
    public static (LearnedCorrelation? Gains, LearnedCorrelation? Biases) Measure(PairContext pair)
    {
        var gains = new List<(float[], float[])>();
        var biases = new List<(float[], float[])>();
        var learnedBiases = BiasRoles.Where(role => StartsFromZero(pair.Subject, role) && StartsFromZero(pair.Reference, role)).ToList();
        foreach (var (subject, reference, _) in pair.Layers.Pairs.Append((TensorPart.NoLayer, TensorPart.NoLayer, 1)))
        {
            foreach (var role in GainRoles)
            {
                Add(gains, pair.SubjectParts.Find(role, subject), pair.ReferenceParts.Find(role, reference));
                Add(biases, pair.SubjectParts.Find(role, subject, bias: true), pair.ReferenceParts.Find(role, reference, bias: true));
            }

            foreach (var role in learnedBiases) Add(biases, pair.SubjectParts.Find(role, subject, bias: true), pair.ReferenceParts.Find(role, reference, bias: true));
        }

        return (Pool(gains), Pool(biases));
    }

    /// <summary>Known families start these biases at zero; a home-made model may not, and a uniform distribution betrays it.</summary>
    private static bool StartsFromZero(Fingerprint model, TensorRole role)
    {
        var biases = model.Sketch.Tensors.SelectMany(t => t.Parts).Where(p => p.Role == role && p.IsBias && !p.CommonMaterial).ToList();
        return biases.Count > 0 && biases.TrueForAll(p => !p.Inferred) && biases.Average(p => p.Moments.Kurtosis) > UniformKurtosis;
    }

    private static void Add(List<(float[], float[])> vectors, PartSketch? a, PartSketch? b)
    {
        if (a?.Values is not { Length: > 2 } x || b?.Values is not { } y || x.Length != y.Length || !Varies(a) || !Varies(b)) return;
        vectors.Add((x, y));
    }

    /// <summary>A gain folded away is constant up to rounding: it holds nothing.</summary>
    private static bool Varies(PartSketch part) => part.Moments.StandardDeviation > 1e-4 * Math.Abs(part.Moments.Mean) && part.Moments.StandardDeviation > 0;

    /// <summary>Each vector is standardised, so the pooled r is the mean of the vectors' r weighted by length; the error allows for vectors that differ among themselves.</summary>
    private static LearnedCorrelation? Pool(List<(float[] A, float[] B)> vectors)
    {
        var found = vectors.Select(v => (R: Correlation.Pearson(Array.ConvertAll(v.A, x => (double)x), Array.ConvertAll(v.B, x => (double)x)), Weight: v.A.Length))
            .Where(v => v.R is not null).Select(v => (R: v.R!.Value, v.Weight)).ToList();
        var numbers = found.Sum(v => v.Weight);
        if (found.Count == 0 || numbers < 8) return null;
        var pooled = Math.Clamp(found.Sum(v => v.R * v.Weight) / numbers, -0.999999, 0.999999);
        var spread = found.Count < 2 ? 0 : Math.Sqrt(found.Sum(v => (v.R - pooled) * (v.R - pooled)) / (found.Count - 1)) / Math.Sqrt(found.Count) / (1 - (pooled * pooled));
        var error = Math.Max(1 / Math.Sqrt(numbers - 3), spread);
        return new(pooled, Math.Tanh(Math.Atanh(pooled) - (2 * error)), Math.Tanh(Math.Atanh(pooled) + (2 * error)), numbers);
    }
}
