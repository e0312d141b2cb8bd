using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Comparing.Statistics;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// phi_U of "Independence Tests for Language Models" (Zhu et al., arXiv 2502.12292, Algorithm 2; called CSW): per layer the assignment that maximises the sum of
/// cosines between up projections, Spearman's correlation of that permutation with the identity, the upper t tail, Fisher's method over layers. The score
/// is -log10 p, all in logarithms, so that nothing underflows. The paper asks for equal architectures. Models of two depths are compared in the layers of equal number,
/// which is the same test on fewer layers; a mixture of experts and another width are not applicable.
/// </summary>
public sealed class Csw : IPublishedMethod
{
    public string Name => "csw";

    public string Source => "arXiv 2502.12292, phi_U: -log10 p of Spearman's correlation of matched up projections with the identity";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        var logPs = new List<double>();
        for (var layer = 0; layer < Math.Min(subject.Shape.Layers, reference.Shape.Layers); layer++)
        {
            var (x, y) = (subject.Read(TensorRole.Up, layer), reference.Read(TensorRole.Up, layer));
            if (x is null || y is null) return PublishedScore.NotApplicable($"no dense up projection in layer {layer} of both");
            if ((x.Rows, x.Columns) != (y.Rows, y.Columns)) return PublishedScore.NotApplicable($"up projections of {x.Rows} x {x.Columns} and {y.Rows} x {y.Columns}");
            logPs.Add(LogP(Match(x, y)));
        }

        var log10P = ExactBounds.Fisher(logPs) / ExactBounds.Ln10;
        return new(0 - log10P, log10P);
    }

    /// <summary>MATCH of the paper: the column, a row of <paramref name="y"/>, that each row of <paramref name="x"/> is assigned. Scales both in place.</summary>
    internal static int[] Match(Matrix x, Matrix y)
    {
        x.NormaliseRows();
        y.NormaliseRows();
        return Assignment.Maximise(Products.MultiplyTransposed(x, y));
    }

    /// <summary>
    /// ln p of SPEARMAN of the paper: r = 1 - 6 sum (pi(i) - i)^2 / (h (h^2 - 1)), t = r sqrt((h - 2) / (1 - r^2)), upper tail of t with h - 2 degrees of freedom.
    /// The tail of the identity itself would be 0; no test of an order of h labels can be surer than 1/h!, so that is the floor.
    /// </summary>
    internal static double LogP(int[] permutation)
    {
        double h = permutation.Length, squares = 0;
        for (var i = 0; i < permutation.Length; i++) squares += ((double)permutation[i] - i) * (permutation[i] - i);
        if (h < 3) return 0;
        var gap = 6 * squares / (h * ((h * h) - 1));
        var floor = -MathNet.Numerics.SpecialFunctions.GammaLn(h + 1);
        return gap <= 0 ? floor : Math.Max(floor, StudentTail.LogUpperOfCorrelation(gap, h - 2));
    }
}
