using Stemma.Comparing;
using Stemma.Comparing.Statistics;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Benching;

/// <summary>What a method of Stemma's battery saw in the pairs of a row.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Kind">Exact or calibrated.</param>
/// <param name="Caught">Pairs that it rejects alone: an exact p below the threshold of a claim, or a score above every control.</param>
/// <param name="WeakestLog10P">The highest log10 p among the pairs it caught; null for calibrated methods.</param>
public sealed record Catch(string Method, EvidenceKind Kind, int Caught, double? WeakestLog10P);

/// <summary>How one disguise, or a chain of them, was seen through.</summary>
/// <param name="Disguise">What was done, step by step from the ancestor.</param>
/// <param name="Steps">How many models were made on the way; 0 for rows of relatives that are no ancestors.</param>
/// <param name="Pairs">Pairs of a model and an ancestor; in rows of relatives, of a model and a relative.</param>
/// <param name="Relations">Answers and how often each was given.</param>
/// <param name="Battery">Methods that caught at least one pair, exact ones first.</param>
/// <param name="Published">By published method, in the order of the bench: pairs that score above every unrelated pair of the zoo.</param>
public sealed record SurvivalRow(
    string Disguise, int Steps, int Pairs, IReadOnlyList<(string Relation, int Count)> Relations, IReadOnlyList<Catch> Battery, IReadOnlyList<(string Method, int Caught)> Published);

/// <summary>Which disguise is seen through by which method.</summary>
public sealed record SurvivalTable(IReadOnlyList<SurvivalRow> AgainstAncestors, IReadOnlyList<SurvivalRow> AgainstRelatives)
{
    public static SurvivalTable Of(BenchResult bench)
    {
        var worst = MethodSummary.Of(bench).Select(m => m.WorstNegative?.Value ?? double.PositiveInfinity).ToList();
        var related = bench.Of(PairClass.Related).ToLookup(pair => bench.Zoo.Descends(pair.Subject, pair.Reference));
        var ancestors = related[true].Select(pair => (Pair: pair, Way: bench.Zoo.PathFrom(pair.Subject, pair.Reference)!))
            .GroupBy(p => (Disguise: string.Join(", then ", p.Way.Select(m => m.Kind)), Steps: p.Way.Count))
            .OrderBy(g => g.Key.Steps).ThenBy(g => g.Key.Disguise, StringComparer.Ordinal)
            .Select(g => Row(g.Key.Disguise, g.Key.Steps, [.. g.Select(p => p.Pair)], bench, worst));
        var relatives = related[false].SelectMany(pair => new[] { pair.Subject.Kind, pair.Reference.Kind }.Distinct(StringComparer.Ordinal).Select(kind => (Pair: pair, Kind: kind)))
            .GroupBy(p => p.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Row(g.Key, 0, [.. g.Select(p => p.Pair)], bench, worst));
        return new([.. ancestors], [.. relatives]);
    }

    private static SurvivalRow Row(string disguise, int steps, List<PairOutcome> pairs, BenchResult bench, List<double> worst)
    {
        var relations = pairs.GroupBy(p => p.Result.Verdict.Relation).OrderBy(g => g.Key).Select(g => (Kebab.Of(g.Key), g.Count()));
        var battery = pairs.SelectMany(p => p.Result.Evidence).Where(Catches).GroupBy(e => (e.Kind, e.Method))
            .OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.Method, StringComparer.Ordinal)
            .Select(g => new Catch(g.Key.Method, g.Key.Kind, g.Count(), g.Key.Kind == EvidenceKind.Exact ? g.Max(e => e.Log10P) : null));
        var published = bench.Methods.Select((method, at) => (method.Name, pairs.Count(p => p.Scores[at].Value > worst[at]))).Skip(1);
        return new(disguise, steps, pairs.Count, [.. relations], [.. battery], [.. published]);
    }

    private static bool Catches(Evidence evidence) => evidence.Kind switch
    {
        EvidenceKind.Exact => evidence.Log10P < Thresholds.ClaimLog10P,
        EvidenceKind.Calibrated => evidence is { Percentile: >= 100, Controls: >= Controls.Fewest },
        _ => false,
    };
}
