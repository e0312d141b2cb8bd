using Stemma.Judging;

namespace Stemma.Tests.Judging;

/// <summary>Who came first is said only where an operation shows it.</summary>
public sealed class DirectionTests
{
    [Theory]
    [InlineData(Direction.SubjectFromReference)]
    [InlineData(Direction.ReferenceFromSubject)]
    public void Operations_that_agree_decide(Direction direction) =>
        Assert.Equal(direction, DirectionRule.Of(Relation.Derived, [Found(direction), Found(Direction.Undetermined), Found(direction)]));

    [Fact]
    public void Operations_that_contradict_one_another_point_to_a_third_model() =>
        Assert.Equal(Direction.CommonAncestor, DirectionRule.Of(Relation.Derived, [Found(Direction.SubjectFromReference), Found(Direction.ReferenceFromSubject)]));

    [Fact]
    public void Nothing_found_says_nothing()
    {
        Assert.Equal(Direction.Undetermined, DirectionRule.Of(Relation.Derived, []));
        Assert.Equal(Direction.Undetermined, DirectionRule.Of(Relation.Derived, [Found(Direction.Undetermined)]));
    }

    [Theory]
    [InlineData(Relation.CommonOrigin)]
    [InlineData(Relation.Unrelated)]
    [InlineData(Relation.Inconclusive)]
    public void Without_descent_nobody_came_first(Relation relation) =>
        Assert.Equal(Direction.Undetermined, DirectionRule.Of(relation, [Found(Direction.SubjectFromReference)]));

    private static FoundOperation Found(Direction direction) => new(new("an-operation", "found"), direction);
}
