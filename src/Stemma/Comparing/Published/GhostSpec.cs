using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// GhostSpec (AAAI 2026, arXiv 2511.06390), the mse variant: singular values of Wq^T Wk and of Wv^T Wo^T per layer, cut to the smaller effective rank of the two
/// layers compared, min-max normalised; D = mean squared difference, mean of both kinds; the layers of the shallower model are laid on those of the deeper one in order by
/// dynamic programming, C(i, j) = D(i, j) + min over k below j of C(i-1, k) + (j - k - 1) rho; dist = mean D on the path.
/// The paper's Sim = 1 - 1 / (1 + exp(-k (dist - tau))) falls with dist for any k and tau, which were tuned; 1 - dist ranks pairs alike and is the score here.
/// The effective rank is exp of the entropy of the normalised singular values (Roy and Vetterli 2007), rounded up; rho, which the paper leaves open, is 0: skipped
/// layers cost nothing.
/// </summary>
public sealed class GhostSpec : IPublishedMethod
{
    private const double Rho = 0;

    private readonly PerModel<Spectra[]> _spectra = new(model => [.. Enumerable.Range(0, model.Shape.Layers)
        .Select(layer => (Qk: AttentionProducts.QueryKey(model, layer), Vo: AttentionProducts.ValueOutput(model, layer))).Where(p => p.Qk is not null && p.Vo is not null)
        .Select(p => new Spectra(Decomposition.SingularValues(p.Qk!), Decomposition.SingularValues(p.Vo!)))]);

    public string Name => "ghostspec";

    public string Source => "arXiv 2511.06390: 1 - mean squared difference of the spectra of attention products on the best path of layers";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        var (here, there) = (_spectra.Of(subject), _spectra.Of(reference));
        if (here.Length == 0 || there.Length == 0) return PublishedScore.NotApplicable("no Q, K, V and O in both");
        var (few, many) = here.Length <= there.Length ? (here, there) : (there, here);
        var costs = new double[few.Length, many.Length];
        for (var i = 0; i < few.Length; i++)
            for (var j = 0; j < many.Length; j++) costs[i, j] = (Distance(few[i].Qk, many[j].Qk) + Distance(few[i].Vo, many[j].Vo)) / 2;
        return new(1 - PathMean(costs));
    }

    /// <summary>Mean squared difference of two spectra, each cut and normalised.</summary>
    internal static double Distance(double[] a, double[] b)
    {
        var length = Math.Max(1, Math.Min(EffectiveRank(a), EffectiveRank(b)));
        var (x, y) = (Normalised(a.AsSpan(0, length)), Normalised(b.AsSpan(0, length)));
        return x.Zip(y, (p, q) => (p - q) * (p - q)).Average();
    }

    /// <summary>exp of the entropy of the singular values as shares, rounded up.</summary>
    internal static int EffectiveRank(double[] values)
    {
        var sum = values.Sum();
        if (sum <= 0) return 0;
        var entropy = values.Select(v => v / sum).Where(p => p > 0).Sum(p => -p * Math.Log(p));
        return Math.Min(values.Length, (int)Math.Ceiling(Math.Exp(entropy) - 1e-9));
    }

    /// <summary>Mean of the costs on the cheapest path that gives each row a column, in order. Rows are at most as many as columns.</summary>
    internal static double PathMean(double[,] costs)
    {
        var (rows, columns) = (costs.GetLength(0), costs.GetLength(1));
        var total = new double[rows, columns];
        var before = new int[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                (total[i, j], before[i, j]) = (i == 0 ? costs[i, j] : double.PositiveInfinity, -1);
                for (var k = 0; i > 0 && k < j; k++)
                {
                    var reached = costs[i, j] + total[i - 1, k] + ((j - k - 1) * Rho);
                    if (reached < total[i, j]) (total[i, j], before[i, j]) = (reached, k);
                }
            }
        }

        var end = Enumerable.Range(0, columns).MinBy(j => total[rows - 1, j]);
        var sum = 0.0;
        for (var (i, j) = (rows - 1, end); i >= 0; j = before[i, j], i--) sum += costs[i, j];
        return sum / rows;
    }

    private static double[] Normalised(ReadOnlySpan<double> values)
    {
        var (most, least) = (values[0], values[^1]);
        var result = values.ToArray();
        for (var i = 0; i < result.Length; i++) result[i] = most > least ? (result[i] - least) / (most - least) : 0;
        return result;
    }

    private sealed record Spectra(double[] Qk, double[] Vo);
}
