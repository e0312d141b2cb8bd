using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Comparing.Methods;

namespace Stemma.Comparing.Published;

/// <summary>
/// "Intrinsic fingerprint" (arXiv 2507.03014; the implementation of LeaFBench, parameter_distribution.py): the population standard deviation of all entries of
/// Q, K, V and O per layer, z-scored over layers, the shorter curve stretched by linear interpolation, mean of the four Pearson correlations.
/// Pearson does not see the z-score, which is therefore left out.
/// </summary>
public sealed class HonestAgi : IPublishedMethod
{
    private static readonly TensorRole[] Roles = [TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O];

    private readonly PerModel<double[][]> _curves = new(model => [.. Roles.Select(role => Curve(model, role))]);

    public string Name => "honestagi";

    public string Source => "arXiv 2507.03014: mean correlation of the standard deviations of Q, K, V, O by layer";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        var (here, there) = (_curves.Of(subject), _curves.Of(reference));
        var sum = 0.0;
        for (var role = 0; role < Roles.Length; role++)
        {
            if (SigmaCurves.Correlate(here[role], there[role]) is not { } r) return PublishedScore.NotApplicable($"no curve of {Roles[role]} with three layers in both");
            sum += r;
        }

        return new(sum / Roles.Length);
    }

    /// <summary>One value per layer; NaN where the model has no such matrix.</summary>
    private static double[] Curve(ModelWeights model, TensorRole role) =>
        [.. Enumerable.Range(0, model.Shape.Layers).Select(layer => model.Read(role, layer) is { } matrix ? Deviation(matrix.Data) : double.NaN)];

    private static double Deviation(float[] values)
    {
        double mean = 0, square = 0;
        foreach (var value in values) mean += value;
        mean /= values.Length;
        foreach (var value in values) square += (value - mean) * (value - mean);
        return Math.Sqrt(square / values.Length);
    }
}
