using Stemma.Comparing;
using Stemma.Judging.Banks;

namespace Stemma.Benching;

/// <summary>Makes controls of a zoo's unrelated pairs.</summary>
public static class BankBuilder
{
    /// <summary>
    /// Per unrelated pair the statistic of every calibrated and descriptive method. Exact tests need no controls, and a model whose width or depth nobody knows
    /// cannot be one.
    /// </summary>
    public static IReadOnlyList<BankPair> Pairs(BenchResult bench) =>
        [.. bench.Of(PairClass.Unrelated).Where(pair => Known(bench, pair.Subject) && Known(bench, pair.Reference)).Select(pair => new BankPair(bench.Models[pair.Subject.Name], bench.Models[pair.Reference.Name], Scores(pair)))];

    private static bool Known(BenchResult bench, ZooModel model) => bench.Models[model.Name] is { Width: > 0, Layers: > 0 };

    private static SortedDictionary<string, double> Scores(PairOutcome pair)
    {
        var scores = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var evidence in pair.Result.Evidence.Where(e => e.Kind != EvidenceKind.Exact && e.Statistic is { } value && double.IsFinite(value))) scores[evidence.Method] = evidence.Statistic!.Value;
        return scores;
    }
}
