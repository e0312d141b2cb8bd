using Stemma.Benching;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Benching;

public sealed class GradeTests
{
    [Theory]
    [InlineData(PairClass.Related, Relation.Derived, Grade.Right)]
    [InlineData(PairClass.Related, Relation.Identical, Grade.Right)]
    [InlineData(PairClass.Related, Relation.CommonOrigin, Grade.ShortOfDescent)]
    [InlineData(PairClass.Related, Relation.Inconclusive, Grade.Undecided)]
    [InlineData(PairClass.Related, Relation.Unrelated, Grade.FalseClearance)]
    [InlineData(PairClass.Unrelated, Relation.Unrelated, Grade.Right)]
    [InlineData(PairClass.Unrelated, Relation.Inconclusive, Grade.Undecided)]
    [InlineData(PairClass.Unrelated, Relation.CommonOrigin, Grade.FalseAccusation)]
    [InlineData(PairClass.Unrelated, Relation.Merged, Grade.FalseAccusation)]
    [InlineData(PairClass.SameSeed, Relation.CommonOrigin, Grade.Right)]
    [InlineData(PairClass.SameSeed, Relation.Unrelated, Grade.Undecided)]
    [InlineData(PairClass.SameSeed, Relation.Derived, Grade.FalseAccusation)]
    internal void An_answer_is_graded_by_what_is_known(PairClass known, Relation said, Grade grade) => Assert.Equal(grade, Grades.Of(known, said));

    [Fact]
    public void The_score_ranks_relations_first_and_support_within_them()
    {
        double Score(Relation relation, double log10P) => StemmaScore.Of(Samples.With(relation, "a", "b").Verdict with { Log10P = log10P });
        double[] rising =
        [
            Score(Relation.Unrelated, 0), Score(Relation.Unrelated, -2.9), Score(Relation.Inconclusive, 0), Score(Relation.Inconclusive, -8), Score(Relation.CommonOrigin, -20),
            Score(Relation.Derived, -10), Score(Relation.Derived, -4000), Score(Relation.Derived, double.NegativeInfinity), Score(Relation.Identical, 0),
        ];
        Assert.Equal(rising.Order(), rising);
        Assert.Equal(rising.Length, rising.Distinct().Count());
        Assert.All(Enum.GetValues<Relation>(), relation => Assert.Contains(StemmaScore.Ranks, r => r.Relation == relation));
    }
}
