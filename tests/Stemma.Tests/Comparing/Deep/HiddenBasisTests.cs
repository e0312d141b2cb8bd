using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Deep;

/// <summary>What a rotation, a permutation and lost tokens hide from fingerprints, the weights show.</summary>
public sealed class HiddenBasisTests
{
    private static readonly TinyModel Parent = new(1, layers: 6), Child = Parent.Trained(2, matrices: 0.9, learned: 0.95), Stranger = new(3, layers: 6);

    [Fact]
    public void A_rotated_child_is_found_and_its_disguise_named()
    {
        var verdict = Compare(Child.WithUnitsReordered(4).WithResidualRotated(5), Parent);
        Assert.Equal(Relation.Derived, verdict.Verdict.Relation);
        Assert.Contains(verdict.Verdict.Operations, o => o.Name == "residual-rotated");
        Assert.Contains(verdict.Verdict.Operations, o => o.Name == "units-permuted");
        Assert.Equal(Enumerable.Range(0, 6).Select(l => (l, l)), verdict.LayerMap.Select(m => (m.SubjectLayer, m.ReferenceLayer)));
    }

    [Fact]
    public void A_permuted_child_is_found_and_its_disguise_named()
    {
        var verdict = Compare(Child.WithUnitsReordered(4).WithResidualReordered(5), Parent);
        Assert.Equal(Relation.Derived, verdict.Verdict.Relation);
        Assert.Contains(verdict.Verdict.Operations, o => o.Name == "residual-permuted");
    }

    [Fact]
    public void Half_of_the_signs_turned_hide_nothing()
    {
        var turned = Child.Changed((name, numbers) =>
        {
            if (TinyModel.IsLearned(name)) return;
            var writes = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            for (var i = 0; i < numbers.Length; i++)
                if ((writes ? i / (numbers.Length / TinyModel.Hidden) : i % TinyModel.Hidden) % 2 == 1) numbers[i] = -numbers[i];
        });
        Assert.Equal(Relation.Derived, Compare(turned, Parent).Verdict.Relation);
        Assert.NotEqual(Relation.Derived, Engine.Compare(turned.Sketch("subject"), Parent.Sketch("reference")).Verdict.Relation);
    }

    [Fact]
    public void Layers_are_mapped_through_a_rotation()
    {
        var verdict = Compare(Child.WithLayers(0, 1, 2, 2, 3, 5).WithResidualRotated(5), Parent);
        Assert.Equal(Relation.Derived, verdict.Verdict.Relation);
        Assert.Equal([0, 1, 2, 3, 5], verdict.LayerMap.Select(m => m.ReferenceLayer));
    }

    [Fact]
    public void Copies_of_layers_in_which_many_units_were_renewed_are_no_controls()
    {
        var grown = Child.WithLayers(0, 1, 2, 3, 2, 3, 4, 5).Changed(Renew).WithUnitsReordered(4).WithResidualRotated(5);
        var verdict = Compare(grown, Parent);
        Assert.Equal(Relation.Derived, verdict.Verdict.Relation);
        Assert.Contains(verdict.Verdict.Operations, o => o.Name == "layers-added");
        const int Pairs = 8 * 6, Matched = 6, OfCopies = 2;
        Assert.Equal(Pairs - Matched - OfCopies, verdict.Evidence.Single(e => e.Method == "aligned-units").Controls);

        // Nine of twenty units, others in every layer, so that copies keep less than half of what they had in common.
        static void Renew(string name, float[] numbers)
        {
            if (!name.Contains(".mlp.", StringComparison.Ordinal) || TinyModel.IsLearned(name)) return;
            var (layer, dice) = (int.Parse(name.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture), new Dice(name.Length + (7 * name[^9]) + (31 * name.Split('.')[2][0])));
            var size = Math.Sqrt(numbers.Average(n => (double)n * n));
            for (var i = 0; i < numbers.Length; i++)
            {
                var unit = name.Contains("down_proj", StringComparison.Ordinal) ? i % Child.Ffn : i / TinyModel.Hidden;
                if (SeededHash.Mix((ulong)layer, (ulong)unit) % 20 < 9) numbers[i] = (float)(dice.Normal() * size);
            }
        }
    }

    [Fact]
    public void A_rotation_of_both_models_moves_no_finding()
    {
        var (plain, turned) = (Compare(Child.WithResidualRotated(5), Parent), Compare(Child.WithResidualRotated(6), Parent.WithResidualRotated(7)));
        Assert.Equal(plain.Verdict.Relation, turned.Verdict.Relation);
        foreach (var method in new[] { "aligned-units", "aligned-attention" })
            Assert.Equal(plain.Evidence.Single(e => e.Method == method).Statistic!.Value, turned.Evidence.Single(e => e.Method == method).Statistic!.Value, 0.01);
    }

    [Fact]
    public void Strangers_stay_strangers_in_every_basis()
    {
        foreach (var stranger in new[] { Stranger, Stranger.WithResidualRotated(5) })
        {
            var verdict = Compare(stranger, Parent);
            Assert.Equal(Relation.Unrelated, verdict.Verdict.Relation);
            Assert.DoesNotContain(verdict.Evidence, e => e.Method.StartsWith("aligned-", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Twins_by_seed_that_were_rotated_are_not_called_descent() =>
        Assert.NotEqual(Relation.Derived, Compare(Parent.Trained(8, matrices: 0.9, learned: 0.1).WithResidualRotated(5), Parent).Verdict.Relation);

    [Fact]
    public void From_fingerprints_alone_a_rotation_is_not_seen_through_and_the_verdict_says_so()
    {
        var verdict = Engine.Compare(Child.WithResidualRotated(5).Sketch("subject"), Parent.Sketch("reference"));
        Assert.Contains(verdict.Verdict.Relation, new[] { Relation.Unrelated, Relation.Inconclusive });
        if (verdict.Verdict.Relation == Relation.Unrelated) Assert.Contains(verdict.Caveats, c => c.Text.Contains("Compare the weights", StringComparison.Ordinal));
    }

    [Fact]
    public void A_search_that_is_stopped_says_that_it_is_over()
    {
        using var folder = new TemporaryFolder();
        using var a = Engine.Open(Child.WithResidualRotated(5).WriteTo(folder, "subject"), new() { Threads = 1 });
        using var b = Engine.Open(Parent.WriteTo(folder, "reference"), new() { Threads = 1 });
        using var stop = new CancellationTokenSource();
        var progress = new StopAtStarts(stop);
        Assert.Throws<OperationCanceledException>(() => Engine.Compare(a, b, progress: progress, cancel: stop.Token));
        Assert.Equal(("starts", 0), (progress.Unit, progress.Open));
    }

    /// <summary>Counts what began and did not end; stops the search among its starts.</summary>
    private sealed class StopAtStarts(CancellationTokenSource stop) : IWorkProgress
    {
        public int Open { get; private set; }
        public string Unit { get; private set; } = "";

        public void Begin(string title, long totalBytes) => Open++;

        public void BeginItems(string title, long total, string unit)
        {
            Begin(title, total);
            Unit = unit;
            stop.Cancel();
        }

        public void Advance(long bytes)
        {
        }

        public void End() => Open--;
    }

    private static ComparisonResult Compare(TinyModel subject, TinyModel reference)
    {
        using var folder = new TemporaryFolder();
        using var a = Engine.Open(subject.WriteTo(folder, "subject"), new() { Threads = 1 });
        using var b = Engine.Open(reference.WriteTo(folder, "reference"), new() { Threads = 1 });
        return Engine.Compare(a, b);
    }
}
