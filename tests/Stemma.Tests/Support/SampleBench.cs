using Stemma.Benching;
using Stemma.Judging;
using Stemma.Judging.Banks;

namespace Stemma.Tests.Support;

/// <summary>A bench made by hand: five models, one answer of every grade.</summary>
internal static class SampleBench
{
    private static readonly string[] Methods = [StemmaScore.Method, "awm", "csw"];

    private static readonly ModelZoo Zoo = new("zoo",
    [
        Model("base", "from-scratch", [], ["base"]),
        Model("child", "ffn-widen 352to480", ["base"], ["base"], "ffn-widened") with { LayerMaps = new Dictionary<string, IReadOnlyList<int?>> { ["base"] = [0, 1, 2, null] } },
        Model("hidden", "permuted | turned", ["child"], ["base"], "units-permuted"),
        Model("twin", "from-scratch", [], ["twin"]) with { SameSeedAs = "base" },
        Model("stranger", "from-scratch", [], ["stranger"]),
    ]);

    public static BenchResult Result { get; } = Of((subject, reference) => (subject, reference) switch
    {
        ("child", "base") => Relation.Derived,
        ("hidden", _) => Relation.Inconclusive,
        ("twin", "base") => Relation.CommonOrigin,
        ("twin", "child") => Relation.Unrelated,
        _ => Relation.Unrelated,
    });

    /// <summary>The same, with one unrelated pair accused.</summary>
    public static BenchResult Accusing { get; } = Of((subject, reference) => (subject, reference) == ("stranger", "base") ? Relation.Derived : Relation.Unrelated);

    private static BenchResult Of(Func<string, string, Relation> answer) => new()
    {
        Zoo = Zoo,
        Methods = [.. Methods.Select(m => new BenchMethod(m, $"source of {m}"))],
        Pairs = [.. Zoo.Pairs().Select(pair => Outcome(pair.Subject, pair.Reference, answer(pair.Subject.Name, pair.Reference.Name)))],
        Models = Zoo.Models.Index().ToDictionary(m => m.Item.Name, m => new BankModel($"{m.Index:x32}", "llama", 128, 6)),
    };

    private static PairOutcome Outcome(ZooModel subject, ZooModel reference, Relation relation)
    {
        var related = Zoo.ClassOf(subject, reference) == PairClass.Related;
        var result = Samples.With(relation, subject.Name, reference.Name);
        if (relation is Relation.Derived or Relation.Unrelated) result = result with { Evidence = Samples.Derived.Evidence };
        if (relation is Relation.Derived) result = result with { LayerMap = Samples.Derived.LayerMap, Verdict = result.Verdict with { Operations = Samples.Derived.Verdict.Operations } };
        return new()
        {
            Subject = subject,
            Reference = reference,
            Class = Zoo.ClassOf(subject, reference),
            Result = result,
            Scores =
            [
                new(StemmaScore.Of(result.Verdict), result.Verdict.Log10P, "", 0.25),
                new(related ? 0.8 : 0.01, null, "", 0.125),
                subject.Name == "child" ? new(0, null, "up projections of 480 x 128 and 352 x 128", 0) : new(related ? 1200 : 0.4, related ? -1200 : -0.4, "", 0.0625),
            ],
        };
    }

    private static ZooModel Model(string name, string kind, string[] parents, string[] roots, params string[] operations) =>
        new() { Name = name, Path = name, Kind = kind, Parents = parents, Roots = roots, Operations = operations };
}
