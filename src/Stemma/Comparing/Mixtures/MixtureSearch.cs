using Stemma.Comparing.Differences;

namespace Stemma.Comparing.Mixtures;

/// <summary>
/// Looks for the fewest candidates of which a subject is a mixture, exact to the rounding of its storage type. That a mixture comes closer than any single
/// candidate proves nothing: a parent lies between its children, and a checkpoint between an earlier and a later one of the same training.
/// </summary>
internal static class MixtureSearch
{
    /// <summary>Candidates that are all tried together; of more, those are left out first whose absence costs least.</summary>
    public const int Most = 8;

    /// <summary>Tensors that must tell, and the share of the subject's that a candidate must hold in the same shape.</summary>
    private const int Fewest = 4;
    private const double Shared = 0.9, Exact = 0.9;

    /// <param name="subject">The model to explain.</param>
    /// <param name="candidates">What it may be mixed from, with the layer that continues each of the subject's.</param>
    /// <returns>Parents are indices into <paramref name="candidates"/>; null where no mixture is exact.</returns>
    public static MixtureFit? Find(StoredParts subject, IReadOnlyList<(StoredParts Parts, Func<int, int?> Layer)> candidates)
    {
        var alike = Enumerable.Range(0, candidates.Count).Where(c => SharesShapes(subject, candidates[c])).ToList();
        if (alike.Count < 2) return null;
        var common = MixtureTensor.Of(subject, [.. alike.Select(c => candidates[c])]);
        if (Weighted(common) is not { } gram) return null;
        foreach (var subset in Subsets(Fewer(gram, alike.Count), gram))
        {
            // Looked at first is what all candidates hold alike; then all that these few do.
            if (!MayBeExact(common.ConvertAll(t => t.Of(subset)))) continue;
            int[] parents = [.. subset.Select(c => alike[c])];
            if (Fit(MixtureTensor.Of(subject, [.. parents.Select(p => candidates[p])]), parents) is { } fit) return fit;
        }

        return null;
    }

    /// <summary>Of one size, what explains most comes first; larger ones only when no smaller one is exact.</summary>
    private static IEnumerable<int[]> Subsets(List<int> candidates, double[,] gram) =>
        Enumerable.Range(2, candidates.Count - 1).SelectMany(size => Choose(candidates, size, 0)
            .OrderBy(subset => AffineFit.Residual(AffineFit.Of(gram, subset), AffineFit.Solve(AffineFit.Of(gram, subset)))));

    private static IEnumerable<int[]> Choose(List<int> from, int count, int start) => count == 0 ? [[]]
        : Enumerable.Range(start, Math.Max(0, from.Count - start - count + 1)).SelectMany(at => Choose(from, count - 1, at + 1).Select(rest => (int[])[from[at], .. rest]));

    private static List<int> Fewer(double[,] gram, int count)
    {
        var kept = Enumerable.Range(0, count).ToList();
        while (kept.Count > Most)
        {
            kept.Remove(kept.MinBy(left =>
            {
                var others = kept.Where(c => c != left).ToList();
                return AffineFit.Residual(AffineFit.Of(gram, others), AffineFit.Solve(AffineFit.Of(gram, others)));
            }));
        }

        return kept;
    }

    private static MixtureFit? Fit(List<MixtureTensor> tensors, int[] parents)
    {
        var free = tensors.Select(t => TensorShares.Of(t, AffineFit.Solve(t.Gram))).ToList();
        var arcs = parents.Length == 2 ? tensors.ConvertAll(ArcFit.Of) : [];
        var straight = Judge(free);
        if (straight is null) return arcs.Count > 0 && Judge(arcs) is { } arc && ArcFit.IsArc(arc) ? Result(MixtureKind.Slerp, parents, arc, Mean(arc)) : null;
        var shares = AffineFit.Solve(Weighted(straight.ConvertAll(t => t.Tensor))!);
        var constant = straight.ConvertAll(t => TensorShares.Of(t.Tensor, shares));
        if (constant.Count(t => t.Exact) < Exact * constant.Count) return Result(MixtureKind.Gradient, parents, straight, Mean(straight));
        return Result(shares.All(s => s > 0) ? MixtureKind.Linear : MixtureKind.TaskArithmetic, parents, constant, shares);
    }

    /// <summary>Nothing in these tensors speaks against a mixture, whether or not they tell.</summary>
    private static bool MayBeExact(List<MixtureTensor> tensors) =>
        tensors.Count(t => TensorShares.Of(t, AffineFit.Solve(t.Gram)).Exact || (t.Noise.Length == 3 && ArcFit.Of(t).Exact)) >= Exact * tensors.Count;

    /// <summary>The telling tensors, when there are enough and nearly all tensors, telling or not, are exact.</summary>
    private static List<TensorShares>? Judge(List<TensorShares> tensors)
    {
        var telling = tensors.FindAll(t => t.Telling);
        return telling.Count >= Fewest && tensors.Count(t => t.Exact) >= Exact * tensors.Count && telling.Count(t => t.Exact) >= Exact * telling.Count ? telling : null;
    }

    private static MixtureFit Result(MixtureKind kind, int[] parents, List<TensorShares> tensors, double[] shares)
    {
        var whole = tensors.ConvertAll(t => (t.Tensor, Gram: t.Tensor.Gram, Weight: 1 / t.Tensor.Noise[0]));
        var left = tensors.Zip(whole, (t, w) => t.Residual * w.Weight).Sum();
        var single = Enumerable.Range(0, parents.Length).Min(p => whole.Sum(w => w.Gram[p, p] * w.Weight));
        var stored = tensors.FindAll(t => t.Tensor.FromStorage);
        var rounding = stored.Count == 0 ? double.NaN : stored.Average(t => t.Residual / t.Tensor.Noise[0]);
        return new(kind, parents, shares, Jackknife(kind, tensors, shares), tensors, tensors.Count(t => t.Exact), rounding, single > 0 ? 1 - (left / single) : 0);
    }

    /// <summary>Standard errors by leaving out one tensor at a time (Tukey 1958); of shares that vary, those of their mean.</summary>
    private static double[] Jackknife(MixtureKind kind, List<TensorShares> tensors, double[] shares)
    {
        var without = Enumerable.Range(0, tensors.Count).Select(left =>
        {
            var others = tensors.Where((_, at) => at != left).ToList();
            return kind is MixtureKind.Gradient or MixtureKind.Slerp ? Mean(others) : AffineFit.Solve(Weighted(others.ConvertAll(t => t.Tensor))!);
        }).ToList();
        return [.. shares.Select((_, p) =>
        {
            var mean = without.Average(w => w[p]);
            return Math.Sqrt(without.Sum(w => (w[p] - mean) * (w[p] - mean)) * (tensors.Count - 1) / tensors.Count);
        })];
    }

    private static double[] Mean(List<TensorShares> tensors) => [.. tensors[0].Shares.Select((_, p) => tensors.Average(t => t.Shares[p]))];

    /// <summary>Sum over tensors, each in units of the subject's rounding: what is least squares when rounding is all that is left.</summary>
    private static double[,]? Weighted(List<MixtureTensor> tensors)
    {
        if (tensors.Count == 0) return null;
        var n = tensors[0].Gram.GetLength(0);
        var sum = new double[n, n];
        foreach (var tensor in tensors)
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) sum[i, j] += tensor.Gram[i, j] / tensor.Noise[0];
        return sum;
    }

    private static bool SharesShapes(StoredParts subject, (StoredParts Parts, Func<int, int?> Layer) candidate)
    {
        var parts = subject.All.ToList();
        return parts.Count(p => p.CounterpartIn(candidate.Parts, candidate.Layer) is { } other && p.SameShape(other)) >= Shared * parts.Count;
    }
}
