using MathNet.Numerics;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Comparing.Statistics;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// The trace statistic of MDIR (Zhang and Goldstein, arXiv 2508.06309): U = Ortho(E^T E') over shared tokens, a = max tr(P U) / n over signed permutations P,
/// by assignment on |U|. Under a Haar-distributed U, P(tr / n >= a) is about exp(-n² I(a)) with I(a) = a²/2 up to 1/2 and 1/8 - ln(2 (1 - a)) / 4 above; the union
/// over all n! 2^n signed permutations gives ln p = min(0, ln n! + n ln 2 - n² I(a)). The score is -log10 p. The Haar null is the paper's idealisation: Adam is not
/// equivariant to rotations. Tokens are matched by their bytes. The formula is for one width: others are not applicable.
/// </summary>
public sealed class MdirTrace : IPublishedMethod
{
    /// <summary>Single precision does not tell a trace from n above this share.</summary>
    private const double LargestTrace = 1 - 1e-6;

    public string Name => "mdir";

    public string Source => "arXiv 2508.06309: -log10 p of the trace of the orthogonal factor between embeddings, maximised over signed permutations";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        if (subject.Read(TensorRole.Embed) is not { } here || reference.Read(TensorRole.Embed) is not { } there) return PublishedScore.NotApplicable("no embedding in both");
        if (here.Columns != there.Columns) return PublishedScore.NotApplicable($"widths {here.Columns} and {there.Columns}");
        var tokens = SharedTokens.ByBytes(subject, reference);
        if (tokens.A.Length < here.Columns) return PublishedScore.NotApplicable($"{tokens.A.Length} shared tokens do not fix {here.Columns} dimensions");
        var (x, y) = tokens.Rows(here, there);
        var trace = SignedTrace(Polar.Factor(Products.TransposedMultiply(x, y)));
        var log10P = LogP(trace, here.Columns) / ExactBounds.Ln10;
        return new(0 - log10P, log10P, Detail: $"trace {trace:0.000}");
    }

    /// <summary>The largest tr(P U) / n over signed permutations P.</summary>
    internal static double SignedTrace(Matrix u)
    {
        var size = new Matrix(u.Rows, u.Columns);
        for (var i = 0; i < u.Data.Length; i++) size.Data[i] = Math.Abs(u.Data[i]);
        return Assignment.Maximise(size).Select((column, row) => (double)size[row, column]).Sum() / u.Rows;
    }

    /// <summary>ln p of a trace of n a, maximised over signed permutations of n dimensions.</summary>
    internal static double LogP(double a, int n)
    {
        a = Math.Min(a, LargestTrace);
        var rate = a <= 0.5 ? a * a / 2 : 0.125 - (Math.Log(2 * (1 - a)) / 4);
        return Math.Min(0, SpecialFunctions.GammaLn(n + 1.0) + (n * Constants.Ln2) - ((double)n * n * rate));
    }
}
