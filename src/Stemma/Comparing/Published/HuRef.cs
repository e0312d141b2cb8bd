using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// ICS of HuRef (NeurIPS 2024, arXiv 2312.04828): with X the embedding rows of selected tokens, the invariants X Wq^T Wk X^T, X Wv^T Wo^T X^T and
/// X (Wgate^T * Wup^T) Wdown^T X^T (X Wup^T Wdown^T X^T without a gate) of the last two layers, each [tokens, tokens], standardised, joined; the cosine. Since all six
/// have one length after standardising, that is the mean of their six Pearson correlations.
/// The published tokens are the last 4,096 of a list sorted by frequency in Wikipedia. Here they are all tokens that both vocabularies share by their bytes; of
/// more than 4,096 those with the highest ids, which in BPE vocabularies are the rare ones. A mixture of experts, which the paper does not treat, is compared by its
/// attention alone. A flip of signs of residual dimensions changes the third invariant, whose product of gate and up loses it. The [tokens, tokens] matrices are never built: inner products of X A X^T and X' A' X'^T are those of A and A' under X^T X'.
/// </summary>
public sealed class HuRef : IPublishedMethod
{
    private const int MostTokens = 4096, LastLayers = 2;

    public string Name => "huref";

    public string Source => "arXiv 2312.04828, ICS: cosine of the invariants of attention and FFN in the last two layers over shared tokens";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        if (subject.Read(TensorRole.Embed) is not { } here || reference.Read(TensorRole.Embed) is not { } there) return PublishedScore.NotApplicable("no embedding in both");
        if (subject.Shape.Layers < LastLayers || reference.Shape.Layers < LastLayers) return PublishedScore.NotApplicable("fewer than two layers");
        var tokens = Selected(SharedTokens.ByBytes(subject, reference));
        if (tokens.A.Length < 2) return PublishedScore.NotApplicable("no shared tokens");
        var (x, y) = tokens.Rows(here, there);
        var space = new TokenSpace(x, y);
        var correlations = new List<double>();
        for (var back = 1; back <= LastLayers; back++)
        {
            foreach (var invariant in (Func<ModelWeights, int, Matrix?>[])[AttentionProducts.QueryKey, AttentionProducts.ValueOutput, FeedForward])
            {
                var (p, q) = (invariant(subject, subject.Shape.Layers - back), invariant(reference, reference.Shape.Layers - back));
                if (p is not null && q is not null && space.Correlation(p, q) is { } r) correlations.Add(r);
            }
        }

        return correlations.Count > 0 ? new(correlations.Average()) : PublishedScore.NotApplicable("no attention in both");
    }

    private static SharedTokens Selected(SharedTokens all)
    {
        if (all.A.Length <= MostTokens) return all;
        var kept = Enumerable.Range(0, all.A.Length).OrderByDescending(t => (long)all.A[t] + all.B[t]).Take(MostTokens).Order().ToList();
        return new([.. kept.Select(t => all.A[t])], [.. kept.Select(t => all.B[t])]);
    }

    /// <summary>(Wgate^T * Wup^T) Wdown^T with * by element, or Wup^T Wdown^T: [width, width]. Null for experts.</summary>
    private static Matrix? FeedForward(ModelWeights model, int layer)
    {
        if (model.Read(TensorRole.Up, layer) is not { } up || model.Read(TensorRole.Down, layer) is not { } down) return null;
        if (model.Read(TensorRole.Gate, layer) is { } gate)
            for (var i = 0; i < up.Data.Length; i++) up.Data[i] *= gate.Data[i];
        return Products.Multiply(up.Transpose(), down.Transpose());
    }

    /// <summary>Pearson's correlation of X A X^T and Y B Y^T over all pairs of tokens.</summary>
    private sealed class TokenSpace(Matrix x, Matrix y)
    {
        private readonly Matrix _xx = Products.TransposedMultiply(x, x), _yy = Products.TransposedMultiply(y, y), _xy = Products.TransposedMultiply(x, y);
        private readonly double[] _x = ColumnSums(x), _y = ColumnSums(y);
        private readonly double _pairs = (double)x.Rows * x.Rows;

        public double? Correlation(Matrix a, Matrix b)
        {
            var (meanA, meanB) = (Total(a, _x), Total(b, _y));
            var ab = Inner(a, _xy, b) - (meanA * meanB / _pairs);
            var aa = Inner(a, _xx, a) - (meanA * meanA / _pairs);
            var bb = Inner(b, _yy, b) - (meanB * meanB / _pairs);
            return aa <= 0 || bb <= 0 ? null : Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1);
        }

        /// <summary>The sum of the products of all elements of X A X^T and Y B Y^T is tr(A^T C B C^T) with C = X^T Y.</summary>
        private static double Inner(Matrix a, Matrix c, Matrix b)
        {
            var (left, right) = (Products.TransposedMultiply(a, c), Products.MultiplyTransposed(c, b));
            var sum = 0.0;
            for (var i = 0; i < left.Data.Length; i++) sum += (double)left.Data[i] * right.Data[i];
            return sum;
        }

        /// <summary>The sum of all elements of X A X^T.</summary>
        private static double Total(Matrix a, double[] columnSums)
        {
            var sum = 0.0;
            for (var i = 0; i < a.Rows; i++)
            {
                var row = a.Row(i);
                for (var j = 0; j < row.Length; j++) sum += columnSums[i] * row[j] * columnSums[j];
            }

            return sum;
        }

        private static double[] ColumnSums(Matrix m)
        {
            var sums = new double[m.Columns];
            for (var i = 0; i < m.Rows; i++)
            {
                var row = m.Row(i);
                for (var j = 0; j < row.Length; j++) sums[j] += row[j];
            }

            return sums;
        }
    }
}
