using Stemma.Judging;

namespace Stemma.Benching;

/// <summary>Operations found between a model and one of its parents, against those declared.</summary>
public sealed record OperationCheck(ZooModel Model, ZooModel Parent, IReadOnlyList<string> Declared, IReadOnlyList<string> Found)
{
    public IReadOnlyList<string> Hits { get; } = [.. Declared.Intersect(Found, StringComparer.Ordinal)];
    public IReadOnlyList<string> Missed { get; } = [.. Declared.Except(Found, StringComparer.Ordinal)];
    public IReadOnlyList<string> Others { get; } = [.. Found.Except(Declared, StringComparer.Ordinal)];
}

/// <summary>The layer map found between a model and one of its parents, against the one declared.</summary>
/// <param name="Mapped">Layers of the model that continue one of the parent's.</param>
/// <param name="Agreeing">Found matches that are as declared.</param>
/// <param name="Wrong">Found matches that are not.</param>
public sealed record LayerMapCheck(ZooModel Model, ZooModel Parent, int Mapped, int Agreeing, int Wrong);

/// <summary>Directions found, where the zoo knows who came first.</summary>
/// <param name="Right">The child was named, or a common ancestor where neither is the other's.</param>
/// <param name="Undetermined">Nothing was claimed.</param>
/// <param name="Wrong">The wrong way round.</param>
public sealed record DirectionCheck(int Right, int Undetermined, int Wrong);

/// <summary>Holds what was found against what the zoo declares.</summary>
public static class DeclaredChecks
{
    /// <summary>One row per model and parent.</summary>
    public static IReadOnlyList<OperationCheck> Operations(BenchResult bench) =>
        [.. WithParents(bench).Select(p => new OperationCheck(p.Subject, p.Reference, p.Subject.Operations, [.. p.Result.Verdict.Operations.Select(o => o.Name)]))];

    /// <summary>One row per declared layer map.</summary>
    public static IReadOnlyList<LayerMapCheck> LayerMaps(BenchResult bench) =>
    [
        .. from pair in WithParents(bench)
           where pair.Subject.LayerMaps.ContainsKey(pair.Reference.Name)
           let declared = pair.Subject.LayerMaps[pair.Reference.Name]
           let agreeing = pair.Result.LayerMap.Count(m => m.SubjectLayer < declared.Count && declared[m.SubjectLayer] == m.ReferenceLayer)
           select new LayerMapCheck(pair.Subject, pair.Reference, declared.Count(layer => layer is not null), agreeing, pair.Result.LayerMap.Count - agreeing),
    ];

    /// <summary>Over related pairs that were called derived or merged.</summary>
    public static DirectionCheck Directions(BenchResult bench)
    {
        var (right, undetermined, wrong) = (0, 0, 0);
        foreach (var pair in bench.Of(PairClass.Related).Where(p => p.Result.Verdict.Relation is Relation.Derived or Relation.Merged))
        {
            var truth = bench.Zoo.Descends(pair.Subject, pair.Reference) ? Direction.SubjectFromReference : Direction.CommonAncestor;
            if (pair.Result.Verdict.Direction == truth) right++;
            else if (pair.Result.Verdict.Direction == Direction.Undetermined) undetermined++;
            else wrong++;
        }

        return new(right, undetermined, wrong);
    }

    private static IEnumerable<PairOutcome> WithParents(BenchResult bench) => bench.Pairs.Where(pair => pair.Subject.Parents.Contains(pair.Reference.Name));
}
