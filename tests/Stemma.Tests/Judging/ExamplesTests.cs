using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>The three models of the repository, really trained: the debate in miniature.</summary>
public sealed class ExamplesTests
{
    private static readonly Fingerprint Parent = Sketch("parent"), Suspect = Sketch("suspect"), Stranger = Sketch("stranger");

    [Fact]
    public void The_suspect_is_derived_from_the_parent_although_it_became_a_mixture_of_grouped_experts()
    {
        var result = Engine.Compare(Suspect, Parent);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Equal(Direction.SubjectFromReference, result.Verdict.Direction);
        Assert.True(result.Verdict.Log10P < -100);
        Assert.Contains(result.Verdict.Operations, o => o.Name == "moge-upcycled");
        Assert.Equal(Diagonal(6), result.LayerMap.Select(m => (m.SubjectLayer, m.ReferenceLayer)));
        Assert.DoesNotContain(result.Caveats, c => c.Code == "replay-possible");
    }

    [Fact]
    public void Asked_the_other_way_round_the_answer_is_the_same()
    {
        var result = Engine.Compare(Parent, Suspect);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Equal(Direction.ReferenceFromSubject, result.Verdict.Direction);
        Assert.Equal(Engine.Compare(Suspect, Parent).Verdict.Log10P, result.Verdict.Log10P, 9);
    }

    [Fact]
    public void The_stranger_of_the_same_shape_and_data_is_unrelated_to_both()
    {
        foreach (var other in new[] { Parent, Suspect })
        {
            var result = Engine.Compare(Stranger, other);
            Assert.Equal(Relation.Unrelated, result.Verdict.Relation);
            Assert.InRange(result.Verdict.Log10P, -3, 0);
            Assert.Empty(result.LayerMap);
        }
    }

    [Fact]
    public void The_parent_is_identical_with_itself()
    {
        var result = Engine.Compare(Parent, Parent);
        Assert.Equal(Relation.Identical, result.Verdict.Relation);
        Assert.Equal(Diagonal(6), result.LayerMap.Select(m => (m.SubjectLayer, m.ReferenceLayer)));
    }

    internal static IEnumerable<(int, int)> Diagonal(int layers) => Enumerable.Range(0, layers).Select(n => (n, n));

    private static Fingerprint Sketch(string name) => Engine.Fingerprint(Repository.At("examples", name));
}
