using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>Every relation, reached for its own reason.</summary>
public sealed class RelationTests
{
    private static readonly TinyModel Tiny = new(1);
    private static readonly Fingerprint Parent = Tiny.Sketch("parent"), Child = Tiny.Trained(2, 0.9, 0.95).Sketch("child"), Stranger = new TinyModel(3).Sketch("stranger");

    [Fact]
    public void The_same_bytes_are_identical()
    {
        var result = Engine.Compare(Parent, Parent with { Name = "copy" });
        Assert.Equal(Relation.Identical, result.Verdict.Relation);
        Assert.Contains("every tensor is the same", result.Verdict.Summary);
    }

    [Fact]
    public void A_trained_copy_that_kept_what_was_learned_is_derived()
    {
        var result = Engine.Compare(Child, Parent);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Equal(Strength.Overwhelming, result.Verdict.Strength);
        Assert.Equal([.. Enumerable.Range(0, 5).Select(n => (n, n))], result.LayerMap.Select(m => (m.SubjectLayer, m.ReferenceLayer)));
    }

    [Fact]
    public void A_small_derived_model_of_one_shape_says_in_its_first_sentence_that_a_replay_would_look_the_same()
    {
        var result = Engine.Compare(Child, Parent);
        Assert.Contains(result.Caveats, c => c.Code == "replay-possible");
        Assert.Contains("replayed", FirstSentence(result));
    }

    [Theory]
    [InlineData(99_000_000, true)]
    [InlineData(101_000_000, false)]
    public void Nobody_replays_a_large_training(long parameters, bool replay)
    {
        var result = Engine.Compare(OfSize(Child, parameters), OfSize(Parent, parameters));
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Equal(replay, result.Caveats.Any(c => c.Code == "replay-possible"));
        Assert.Equal(replay, FirstSentence(result).Contains("replayed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_replay_gives_the_same_shape_so_a_changed_shape_is_no_replay()
    {
        var deeper = Tiny.Trained(2, 0.9, 0.95).WithLayers(0, 1, 2, 2, 3, 4).Sketch("deeper");
        var result = Engine.Compare(deeper, Parent);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.DoesNotContain(result.Caveats, c => c.Code == "replay-possible");
    }

    [Fact]
    public void Shared_initial_values_without_shared_learning_are_a_common_origin()
    {
        var twin = Tiny.Trained(2, matrices: 0.9, learned: 0).Sketch("twin");
        var result = Engine.Compare(twin, Parent);
        Assert.Equal(Relation.CommonOrigin, result.Verdict.Relation);
        Assert.Equal(Direction.Undetermined, result.Verdict.Direction);
        Assert.Contains(result.Caveats, c => c.Code == "same-initial-values");
        Assert.Contains("less than descent", FirstSentence(result));
    }

    [Fact]
    public void Reordering_the_units_of_a_twin_by_seed_does_not_make_it_a_descendant()
    {
        var twin = Tiny.Trained(2, matrices: 0.95, learned: 0.6);
        Assert.Equal(Relation.CommonOrigin, Engine.Compare(twin.Sketch("twin"), Parent).Verdict.Relation);
        Assert.Equal(Relation.CommonOrigin, Engine.Compare(twin.WithUnitsReordered(4).Sketch("reordered"), Parent).Verdict.Relation);
    }

    [Fact]
    public void Where_nothing_starts_from_a_constant_descent_is_not_claimed()
    {
        TinyModel Bare(TinyModel model) => model.Changed((name, numbers) =>
        {
            if (TinyModel.IsLearned(name)) Array.Fill(numbers, TinyModel.IsGain(name) ? 1 : 0);
        });
        var result = Engine.Compare(Bare(Tiny.Trained(2, 0.9, 1)).Sketch("child"), Bare(Tiny).Sketch("parent"));
        Assert.Equal(Relation.CommonOrigin, result.Verdict.Relation);
        Assert.Contains(result.Caveats, c => c.Code == "seed-or-descent-undecided");
    }

    [Theory]
    [InlineData(0.9, 0.765)] // shared by the majority, but not as well as the matrices
    [InlineData(0.6, 0.62)] // as well as the matrices, but not by the majority
    public void Descent_needs_a_majority_of_what_was_learned_and_as_much_as_the_matrices_keep(double matrices, double learned)
    {
        var result = Engine.Compare(Tiny.Trained(2, matrices, learned).Sketch("half"), Parent);
        Assert.Equal(Relation.CommonOrigin, result.Verdict.Relation);
        Assert.Contains(result.Caveats, c => c.Code == "same-initial-values");
    }

    [Fact]
    public void Two_calibrated_families_beyond_every_control_carry_a_claim_without_any_p_value()
    {
        // Units in another order, no tokens, no heads: nothing is left that has a number to compare.
        var disguised = Tiny.Trained(2, 0.9, 0.95).WithUnitsReordered(4).Sketch("disguised");
        var result = Engine.Compare(With(disguised, disguised.Sketch.Units), With(Parent, Parent.Sketch.Units));
        Assert.True(result.Verdict.Log10P > -3, $"{result.Verdict.Log10P}");
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Contains("two kinds of evidence", FirstSentence(result));
    }

    [Fact]
    public void Strangers_are_unrelated_and_the_verdict_says_what_would_have_been_seen()
    {
        var result = Engine.Compare(Stranger, Parent);
        Assert.Equal(Relation.Unrelated, result.Verdict.Relation);
        Assert.Empty(result.LayerMap);
        Assert.Empty(result.Verdict.Operations);
        Assert.Contains(result.Caveats, c => c.Code == "power");
        Assert.Contains("would have been found", FirstSentence(result));
    }

    [Fact]
    public void A_rotated_or_reordered_residual_stream_is_not_cleared()
    {
        var result = Engine.Compare(Tiny.WithResidualReordered(6).WithUnitsReordered(7).Sketch("turned"), Parent);
        Inconclusive(result, "hidden-basis");
    }

    [Fact]
    public void What_could_not_be_read_is_not_cleared()
    {
        var result = Engine.Compare(Stranger with { Notices = [new("unread-tensor", "3 tensors cannot be read", LimitsCoverage: true)] }, Parent);
        Inconclusive(result, "unread-tensors");
    }

    [Fact]
    public void What_could_not_be_read_does_not_take_a_claim_back()
    {
        var result = Engine.Compare(Child with { Notices = [new("unread-tensor", "3 tensors cannot be read", LimitsCoverage: true)] }, Parent);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Contains(result.Caveats, c => c.Code == "unread-tensors");
    }

    [Fact]
    public void Models_too_small_for_any_p_value_are_not_cleared()
    {
        var dice = new Dice(7);
        Inconclusive(Engine.Compare(With(Stranger, Four()), With(Parent, Four())), "low-power");

        List<LayerUnits> Four() => [DrawnUnits.Dense(DrawnUnits.Draw(dice, 4))];
    }

    [Fact]
    public void A_trace_too_weak_for_a_claim_is_not_cleared()
    {
        var dice = new Dice(7);
        var units = DrawnUnits.Draw(dice, 64);
        var traced = DrawnUnits.Draw(dice, 64);
        for (var i = 0; i < 8; i++) traced[i * 8] = units[i * 8];
        var result = Engine.Compare(With(Stranger, [DrawnUnits.Dense(traced)]), With(Parent, [DrawnUnits.Dense(units)]));
        Assert.InRange(result.Verdict.Log10P, -9, -3);
        Inconclusive(result, "weak-trace");
    }

    [Fact]
    public void Models_of_different_width_are_not_cleared_by_tests_that_could_not_be_made()
    {
        var wide = With(Stranger, []) with { Shape = Stranger.Shape with { Hidden = 2 * TinyModel.Hidden } };
        Inconclusive(Engine.Compare(wide, With(Parent, Parent.Sketch.Units)), "not-comparable");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fingerprints_of_two_recipes_are_refused_and_the_older_one_is_named(bool subjectIsOlder)
    {
        var older = Child with { Sketch = Child.Sketch with { Recipe = Child.Sketch.Recipe with { Version = Recipe.CurrentVersion - 1 } } };
        var refused = Assert.Throws<StemmaException>(() => subjectIsOlder ? Engine.Compare(older, Parent, "old", "new") : Engine.Compare(Parent, older, "new", "old"));
        Assert.Equal(FaultCode.RecipeMismatch, refused.Fault.Code);
        Assert.Contains("Sketch old again", refused.Fault.ToString());
    }

    [Fact]
    public void Every_relation_that_was_cleared_or_claimed_says_how_much_was_read()
    {
        foreach (var result in new[] { Engine.Compare(Child, Parent), Engine.Compare(Stranger, Parent) })
            Assert.Contains($"{result.Verdict.Coverage.TensorsRead} of {result.Verdict.Coverage.TensorsTotal} tensors read", FirstSentence(result));
    }

    private static void Inconclusive(ComparisonResult result, string code)
    {
        Assert.Equal(Relation.Inconclusive, result.Verdict.Relation);
        Assert.Equal(code, result.Caveats[0].Code);
        Assert.Contains("cannot be told", FirstSentence(result));
    }

    private static string FirstSentence(ComparisonResult result) => result.Verdict.Summary.Split('\n')[0];

    private static Fingerprint With(Fingerprint model, IReadOnlyList<LayerUnits> units) =>
        model with { Sketch = model.Sketch with { Units = units, Heads = [], Anchors = AnchorRows.None } };

    /// <summary>The same sketches, said to come from tensors of so many numbers.</summary>
    private static Fingerprint OfSize(Fingerprint model, long parameters)
    {
        var tensors = model.Sketch.Tensors.ToList();
        tensors[0] = tensors[0] with { Shape = [parameters - model.Parameters + tensors[0].Shape.Aggregate(1L, (x, y) => x * y)] };
        return model with { Sketch = model.Sketch with { Tensors = tensors } };
    }
}
