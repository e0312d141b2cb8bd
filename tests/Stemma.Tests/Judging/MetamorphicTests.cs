using Stemma.Comparing;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>What must not change a verdict, and what must.</summary>
public sealed class MetamorphicTests
{
    private static readonly TinyModel Parent = new(1), Child = Parent.Trained(2, matrices: 0.9, learned: 0.95), Stranger = new(3);

    [Fact]
    public void Relabelling_the_units_of_both_models_alike_changes_no_exact_evidence()
    {
        var before = Compare(Child, Parent);
        var after = Compare(Child.WithUnitsReordered(9), Parent.WithUnitsReordered(9));
        Same(before, after, "unit-index", "residual-index", "head-index");
        Assert.Equal(before.Verdict.Relation, after.Verdict.Relation);
        Assert.Equal(before.Verdict.Log10P, after.Verdict.Log10P);
    }

    [Fact]
    public void Relabelling_the_residual_dimensions_of_both_models_alike_changes_no_verdict()
    {
        foreach (var (subject, reference) in new[] { (Child, Parent), (Stranger, Parent) })
        {
            var before = Compare(subject, reference);
            var after = Compare(subject.WithResidualReordered(9), reference.WithResidualReordered(9));
            Assert.Equal(before.Verdict.Relation, after.Verdict.Relation);
            Assert.InRange(after.Verdict.Log10P, before.Verdict.Log10P - 30, before.Verdict.Log10P + 30);
        }
    }

    [Fact]
    public void Exchanging_subject_and_reference_mirrors_the_verdict()
    {
        var deep = Child.WithLayers(0, 1, 2, 2, 3, 4);
        foreach (var (a, b) in new[] { (Child, Parent), (deep, Parent), (Parent.WithLayers(0, 2, 4), Parent), (Stranger, Parent), (Parent, Parent) })
        {
            var (there, back) = (Compare(a, b), Compare(b, a));
            Assert.Equal(there.Verdict.Relation, back.Verdict.Relation);
            Assert.Equal(there.Verdict.Log10P, back.Verdict.Log10P, 9);
            Assert.Equal(there.LayerMap.Select(m => (m.SubjectLayer, m.ReferenceLayer)), back.LayerMap.Select(m => (m.ReferenceLayer, m.SubjectLayer)));
            Assert.Equal(Mirror(there.Verdict.Direction), back.Verdict.Direction);
        }
    }

    [Fact]
    public void A_copied_layer_says_who_came_first()
    {
        var result = Compare(Child.WithLayers(0, 1, 2, 2, 3, 4), Parent);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Equal(Direction.SubjectFromReference, result.Verdict.Direction);
        Assert.Contains(result.Verdict.Operations, o => o.Name == "layers-added");
    }

    [Fact]
    public void Trading_gains_against_matrices_moves_no_index_test_and_no_cosine()
    {
        var before = Compare(Child, Parent);
        var after = Compare(Child.WithGainsTraded(5), Parent);
        Same(before, after, "unit-index", "residual-index", "head-index", "two-witness");
        // The mean that is removed is that of the stored numbers, so the cosine moves by as much as a mean near zero weighs.
        Assert.Equal(Evidence(before, "direct-cosine").Statistic!.Value, Evidence(after, "direct-cosine").Statistic!.Value, 0.005);
        Assert.Equal(Relation.Derived, after.Verdict.Relation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Masks_and_rotary_tables_that_both_models_hold_move_nothing(bool related)
    {
        var subject = related ? Child : Stranger;
        var before = Compare(subject, Parent);
        var after = Compare(subject.WithCommonMaterial(), Parent.WithCommonMaterial());
        Assert.Equal(before.Verdict.Relation, after.Verdict.Relation);
        Assert.Equal(before.Verdict.Log10P, after.Verdict.Log10P);
        Assert.Equal(before.LayerMap, after.LayerMap);
        Same(before, after, [.. before.Evidence.Select(e => e.Method)]);
    }

    [Fact]
    public void Reordering_the_units_of_one_model_kills_the_unit_index_test_but_not_the_witnesses()
    {
        var (before, after) = (Compare(Child, Parent), Compare(Child.WithUnitsReordered(7), Parent));
        Assert.True(Evidence(before, "unit-index").Log10P < -100);
        Assert.InRange(Evidence(after, "unit-index").Log10P!.Value, -3, 0);
        Assert.True(Evidence(after, "two-witness").Statistic > 0.9);
        Assert.Equal(Evidence(before, "two-witness").Statistic!.Value, Evidence(after, "two-witness").Statistic!.Value, 2);
        Assert.Equal(Relation.Derived, after.Verdict.Relation);
        Assert.Contains(after.Verdict.Operations, o => o.Name == "units-permuted");
    }

    [Fact]
    public void Models_whose_units_are_all_alike_are_not_related_by_their_numbering()
    {
        static TinyModel Flat(int seed) => new TinyModel(seed).Changed((name, numbers) =>
        {
            if (!name.Contains("mlp", StringComparison.Ordinal)) return;
            var down = name.Contains("down", StringComparison.Ordinal);
            for (var i = 0; i < numbers.Length; i++) numbers[i] = down ? numbers[i / 96 * 96] : numbers[i % TinyModel.Hidden];
        });
        var found = Evidence(Compare(Flat(1), Flat(2)), "unit-index");
        Assert.Equal(0, found.Log10P);
        Assert.Equal(0, found.Statistic);
    }

    [Fact]
    public void Names_move_nothing()
    {
        var (child, parent) = (Child.Sketch(), Parent.Sketch());
        var (honest, disguised) = (Engine.Compare(child, parent, "child", "parent"), Engine.Compare(child, parent, "parent", "an unrelated model"));
        Assert.Equal(honest.Verdict.Relation, disguised.Verdict.Relation);
        Assert.Equal(honest.Verdict.Log10P, disguised.Verdict.Log10P);
        Same(honest, disguised, [.. honest.Evidence.Select(e => e.Method)]);
    }

    private static ComparisonResult Compare(TinyModel subject, TinyModel reference) => Engine.Compare(subject.Sketch(), reference.Sketch());

    private static Evidence Evidence(ComparisonResult result, string method) => result.Evidence.Single(e => e.Method == method);

    private static void Same(ComparisonResult before, ComparisonResult after, params string[] methods)
    {
        foreach (var method in methods)
        {
            var (x, y) = (Evidence(before, method), Evidence(after, method));
            Assert.Equal((method, x.Statistic, x.Log10P, x.Effect, x.Percentile), (method, y.Statistic, y.Log10P, y.Effect, y.Percentile));
        }
    }

    private static Direction Mirror(Direction direction) => direction switch
    {
        Direction.SubjectFromReference => Direction.ReferenceFromSubject,
        Direction.ReferenceFromSubject => Direction.SubjectFromReference,
        _ => direction,
    };
}
