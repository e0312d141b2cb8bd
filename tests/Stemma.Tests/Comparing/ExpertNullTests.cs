using Stemma.Anatomy;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing;

/// <summary>The unit index test where one side or both hold experts: many units carry the same number, and copies repeat an accident.</summary>
public sealed class ExpertNullTests
{
    private const int Experts = 4, Copies = 8, Width = 4;

    [Fact]
    public void Experts_against_a_dense_model() =>
        NullSimulation.Holds(dice => LogP(Sparse(dice, Experts, Width), DrawnUnits.Dense(DrawnUnits.Draw(dice, Width * 2))));

    [Fact]
    public void Experts_against_experts() =>
        NullSimulation.Holds(dice => LogP(Sparse(dice, Experts, Width), Sparse(dice, Experts, Width)));

    [Fact]
    public void A_wide_shared_expert_does_not_make_the_labels_of_narrow_experts_rarer() =>
        NullSimulation.Holds(dice => LogP(WithShared(dice), WithShared(dice)));

    [Fact]
    public void Experts_that_hold_only_some_of_the_labels_have_fewer_labels() =>
        NullSimulation.Holds(
            dice =>
            {
                var layers = Enumerable.Range(0, 6).Select(_ => UnitPairs.Match(Uneven(dice), Uneven(dice))).ToList();
                return ExactBounds.LogTail(layers.Sum(m => (long)m.Same), layers.Sum(m => m.Expected)) / ExactBounds.Ln10;
            },
            draws: 300);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Eight_near_copies_of_every_unit_against_a_dense_model(double cosine) =>
        NullSimulation.Holds(dice => LogP(Copied(dice, cosine), DrawnUnits.Dense(DrawnUnits.Draw(dice, Width))));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Eight_near_copies_of_every_unit_on_both_sides(double cosine) =>
        NullSimulation.Holds(dice => LogP(Copied(dice, cosine), Copied(dice, cosine)));

    [Fact]
    public void An_upcycled_model_is_found_in_its_parent()
    {
        var dice = new Dice(8);
        var parent = DrawnUnits.Draw(dice, 64);
        var experts = Enumerable.Range(0, 4).Select(e => (e, parent.Select(u => dice.Like(u, 0.9)).ToArray())).ToList();
        var match = UnitPairs.Match(DrawnUnits.Layer(experts), DrawnUnits.Dense(parent));
        Assert.True(match.LogP < -100, $"{match}");
    }

    private static double LogP(LayerUnits a, LayerUnits b) => UnitPairs.Match(a, b).LogP / ExactBounds.Ln10;

    private static LayerUnits Sparse(Dice dice, int experts, int width) =>
        DrawnUnits.Layer([.. Enumerable.Range(0, experts).Select(e => (e, DrawnUnits.Draw(dice, width)))]);

    private static LayerUnits WithShared(Dice dice) => DrawnUnits.Layer(
        [.. Enumerable.Range(0, Experts).Select(e => (e, DrawnUnits.Draw(dice, Width))), (TensorPart.SharedExpert, DrawnUnits.Draw(dice, Width * 4))]);

    /// <summary>A bounded selection keeps label 0 of every expert and label 1 of some.</summary>
    private static LayerUnits Uneven(Dice dice) =>
        DrawnUnits.Layer([.. Enumerable.Range(0, 16).Select(e => (e, DrawnUnits.Draw(dice, e < 4 ? 2 : 1)))]);

    /// <summary>Experts made from one FFN and trained apart a little: unit n of every expert is nearly the same.</summary>
    private static LayerUnits Copied(Dice dice, double cosine)
    {
        var origin = DrawnUnits.Draw(dice, Width);
        return DrawnUnits.Layer([.. Enumerable.Range(0, Copies).Select(e => (e, origin.Select(u => dice.Like(u, cosine)).ToArray()))]);
    }
}
