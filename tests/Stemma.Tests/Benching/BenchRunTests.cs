using System.Text;
using Stemma.Benching;
using Stemma.Comparing;
using Stemma.Comparing.Published;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Reporting.Benches;
using Stemma.Tests.Support;

namespace Stemma.Tests.Benching;

/// <summary>A zoo of four tiny models, with all methods.</summary>
public sealed class BenchRunTests(BenchRunTests.TinyZoo zoo) : IClassFixture<BenchRunTests.TinyZoo>
{
    [Fact]
    public void Every_pair_is_run_by_every_method()
    {
        var bench = zoo.Bench;
        Assert.Equal([StemmaScore.Method, .. PublishedMethods.Names], bench.Methods.Select(m => m.Name));
        Assert.Equal(6, bench.Pairs.Count);
        Assert.All(bench.Pairs, pair => Assert.Equal(bench.Methods.Count, pair.Scores.Count));
        Assert.Equal((3, 3), (bench.Of(PairClass.Related).Count(), bench.Of(PairClass.Unrelated).Count()));
        Assert.DoesNotContain(bench.Pairs, pair => pair.Grade is Grade.FalseAccusation or Grade.FalseClearance);
        Assert.Contains(bench.Pairs, pair => pair.Result.Verdict.Relation == Relation.Derived && pair is { Subject.Name: "child", Reference.Name: "base" });
    }

    [Fact]
    public void Threads_change_nothing_but_the_seconds()
    {
        using var comparer = new CheckpointComparer();
        var one = BenchRun.Run(ZooReader.Read(zoo.Root).Only("base", "hidden"), comparer, new() { Threads = 1 }, TimeProvider.System, NoProgress.Instance, CancellationToken.None);
        var line = BenchCsv.Pairs(one).Split("\r\n")[1];
        Assert.StartsWith("hidden,base,", line);
        Assert.Contains(line, BenchCsv.Pairs(zoo.Bench).Split("\r\n"));
    }

    [Fact]
    public void Chosen_methods_run_beside_Stemma()
    {
        var bench = Engine.Bench(zoo.Root, new() { Methods = ["csw"] });
        Assert.Equal([StemmaScore.Method, "csw"], bench.Methods.Select(m => m.Name));
    }

    [Fact]
    public void Progress_counts_pairs()
    {
        var watched = new Counter();
        Engine.Bench(zoo.Root, new() { Methods = [] }, progress: watched);
        Assert.Equal((6, 6, "pairs", true), (watched.Total, watched.Done, watched.Unit, watched.Over));
    }

    [Fact]
    public void A_model_that_cannot_be_read_is_named()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "base", "child", "hidden", "stranger" }) Directory.CreateDirectory(folder[name]);
        File.Copy(Path.Combine(zoo.Root, "zoo.json"), folder["zoo.json"]);
        Assert.Equal(FaultCode.NoCheckpoint, Assert.Throws<StemmaException>(() => Engine.Bench(folder.Root)).Fault.Code);
    }

    [Fact]
    public void Controls_are_the_unrelated_pairs_with_all_that_is_not_exact()
    {
        var pairs = BankBuilder.Pairs(zoo.Bench);
        Assert.Equal(3, pairs.Count);
        Assert.All(pairs, pair => Assert.Equal((TinyModel.Hidden, 5), (pair.Subject.Width, pair.Subject.Layers)));
        var exact = zoo.Bench.Pairs.SelectMany(p => p.Result.Evidence).Where(e => e.Kind == EvidenceKind.Exact).Select(e => e.Method).ToHashSet();
        Assert.All(pairs, pair => Assert.Contains("sigma-curves", pair.Scores.Keys));
        Assert.All(pairs, pair => Assert.Empty(pair.Scores.Keys.Intersect(exact)));
    }

    [Fact]
    public void What_was_declared_is_held_against_what_was_found()
    {
        var checks = DeclaredChecks.Operations(zoo.Bench);
        Assert.Equal([("child", "base"), ("hidden", "child")], checks.Select(c => (c.Model.Name, c.Parent.Name)));
        Assert.All(checks, c => Assert.Equal(c.Declared.Count, c.Hits.Count + c.Missed.Count));
        var map = Assert.Single(DeclaredChecks.LayerMaps(zoo.Bench));
        Assert.Equal((5, 5, 0), (map.Mapped, map.Agreeing, map.Wrong));
        var directions = DeclaredChecks.Directions(zoo.Bench);
        Assert.Equal(zoo.Bench.Of(PairClass.Related).Count(p => p.Result.Verdict.Relation == Relation.Derived), directions.Right + directions.Undetermined + directions.Wrong);
    }

    [Fact]
    public void The_survival_table_has_a_row_per_disguise_and_chain()
    {
        var table = SurvivalTable.Of(zoo.Bench);
        Assert.Equal(["fine-tune", "reorder", "fine-tune, then reorder"], table.AgainstAncestors.Select(r => r.Disguise));
        Assert.Empty(table.AgainstRelatives);
        var tuned = table.AgainstAncestors[0];
        Assert.Contains(tuned.Battery, c => c is { Method: "unit-index", Kind: EvidenceKind.Exact, Caught: 1, WeakestLog10P: < -9 });
        Assert.Contains(("awm", 1), tuned.Published);
        Assert.DoesNotContain(table.AgainstAncestors[1].Battery, c => c.Method == "unit-index");
    }

    /// <summary>base, its child, the child with its units reordered, and a stranger.</summary>
    public sealed class TinyZoo : IDisposable
    {
        private readonly TempFolder _folder = new();

        public TinyZoo()
        {
            var parent = new TinyModel(1);
            var child = parent.Trained(2, 0.9, 0.95);
            foreach (var (name, model) in new[] { ("base", parent), ("child", child), ("hidden", child.WithUnitsReordered(3)), ("stranger", new TinyModel(4)) })
                OpenModels.WriteVocabulary(model.Write(_folder[name]), Enumerable.Range(0, TinyModel.Vocabulary).Select(id => $"t{id}"));
            _folder.Write("zoo.json", Encoding.UTF8.GetBytes("""
                {"models":[
                  {"name":"base","kind":"from-scratch","parents":[],"roots":["base"],"operations":[]},
                  {"name":"child","kind":"fine-tune","parents":["base"],"roots":["base"],"operations":["fine-tune"],"layer_maps":{"base":[0,1,2,3,4]}},
                  {"name":"hidden","kind":"reorder","parents":["child"],"roots":["base"],"operations":["units-permuted"]},
                  {"name":"stranger","kind":"from-scratch","parents":[],"roots":["stranger"],"operations":[]}
                ]}
                """));
            Bench = Engine.Bench(_folder.Root, new() { Threads = 2 });
        }

        public string Root => _folder.Root;

        public BenchResult Bench { get; }

        public void Dispose() => _folder.Dispose();
    }

    private sealed class Counter : IWorkProgress
    {
        private int _done;

        public long Total { get; private set; }
        public string Unit { get; private set; } = "";
        public bool Over { get; private set; }
        public long Done => _done;

        public void Begin(string title, long totalBytes)
        {
        }

        public void BeginItems(string title, long total, string unit) => (Total, Unit) = (total, unit);

        public void Advance(long bytes) => Interlocked.Add(ref _done, (int)bytes);

        public void End() => Over = true;
    }
}
