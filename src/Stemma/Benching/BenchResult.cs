using Stemma.Judging;
using Stemma.Judging.Banks;

namespace Stemma.Benching;

/// <summary>What one method said of one pair.</summary>
/// <param name="Value">The higher, the more alike; 0 where the method does not apply.</param>
/// <param name="Log10P">The method's own p; null when it has none.</param>
/// <param name="WhyNot">Why it does not apply; empty when it does.</param>
/// <param name="Seconds">Wall time, what is computed once per model counted where it was first needed.</param>
public sealed record MethodScore(double Value, double? Log10P, string WhyNot, double Seconds);

/// <summary>A pair of the zoo and everything that was said of it.</summary>
public sealed record PairOutcome
{
    public required ZooModel Subject { get; init; }
    public required ZooModel Reference { get; init; }
    public required PairClass Class { get; init; }

    /// <summary>Stemma's answer.</summary>
    public required ComparisonResult Result { get; init; }

    /// <summary>By method, in the order of <see cref="BenchResult.Methods"/>.</summary>
    public required IReadOnlyList<MethodScore> Scores { get; init; }

    /// <summary>How Stemma's answer stands to what is known.</summary>
    public Grade Grade => Grades.Of(Class, Result.Verdict.Relation);
}

/// <summary>A method that took part.</summary>
/// <param name="Name">Stable word.</param>
/// <param name="Source">Where it is from, and what its score is.</param>
public sealed record BenchMethod(string Name, string Source);

/// <summary>A whole bench: every pair, in the order of <see cref="ModelZoo.Pairs"/>.</summary>
public sealed record BenchResult
{
    public required ModelZoo Zoo { get; init; }

    /// <summary>Stemma first.</summary>
    public required IReadOnlyList<BenchMethod> Methods { get; init; }
    public required IReadOnlyList<PairOutcome> Pairs { get; init; }

    /// <summary>By name, as far as a bank needs to know a model.</summary>
    public required IReadOnlyDictionary<string, BankModel> Models { get; init; }

    public IEnumerable<PairOutcome> Of(PairClass kind) => Pairs.Where(pair => pair.Class == kind);
}
