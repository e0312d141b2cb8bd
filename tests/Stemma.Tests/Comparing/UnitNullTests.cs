using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing;

/// <summary>The unit index test between unrelated models, in every shape that has fooled such tests: its p is never small more often than it says.</summary>
public sealed class UnitNullTests
{
    private const int Units = 16, Layers = 2;

    [Fact]
    public void Unrelated_gaussian_models_are_rejected_no_more_often_than_p_says() =>
        NullSimulation.Holds(dice => LogP(Dense(dice, DrawnUnits.Draw), Dense(dice, DrawnUnits.Draw)));

    [Fact]
    public void Outlier_dimensions_that_dominate_every_unit_do_not_move_p() =>
        NullSimulation.Holds(dice => LogP(Dense(dice, WithOutliers), Dense(dice, WithOutliers)));

    [Fact]
    public void Units_without_a_gate_are_weighed_by_up_and_down_alone() =>
        NullSimulation.Holds(dice => LogP([DrawnUnits.Dense(DrawnUnits.Draw(dice, Units), gate: false)], [DrawnUnits.Dense(DrawnUnits.Draw(dice, Units))]));

    [Fact]
    public void Features_that_every_model_learns_prove_nothing_when_they_stand_in_random_places()
    {
        var universal = DrawnUnits.Draw(new(1), Units / 2);
        NullSimulation.Holds(dice => LogP(Dense(dice, Mixed), Dense(dice, Mixed)));

        float[][] Mixed(Dice dice, int count, int width)
        {
            float[][] units = [.. universal.Select(u => dice.Like(u, 0.9)), .. DrawnUnits.Draw(dice, count - universal.Length, width)];
            return [.. dice.Order(count).Select(n => units[n])];
        }
    }

    [Fact]
    public void Duplicate_and_empty_units_prove_nothing()
    {
        NullSimulation.Holds(dice => LogP(Dense(dice, Degenerate), Dense(dice, Degenerate)));

        static float[][] Degenerate(Dice dice, int count, int width)
        {
            var units = DrawnUnits.Draw(dice, count, width);
            for (var i = 0; i < count / 4; i++)
            {
                units[i] = units[count - 1 - i];
                units[(count / 4) + i] = new float[width];
            }

            return units;
        }
    }

    [Fact]
    public void Layers_of_different_width_share_only_the_labels_that_both_have() =>
        NullSimulation.Holds(dice => LogP([DrawnUnits.Dense(DrawnUnits.Draw(dice, Units))], [DrawnUnits.Dense(DrawnUnits.Draw(dice, 2 * Units))]));

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public void Choosing_the_best_layer_map_is_paid_for(int subjectLayers, int referenceLayers) =>
        NullSimulation.Holds(dice => UnitAlignment.Find(Stack(dice, subjectLayers), Stack(dice, referenceLayers)).Best.LogP / ExactBounds.Ln10);

    [Fact]
    public void Choosing_the_best_layer_map_is_paid_for_even_with_two_units_a_layer() =>
        NullSimulation.Holds(dice => UnitAlignment.Find(Stack(dice, 3, 2), Stack(dice, 3, 2)).Best.LogP / ExactBounds.Ln10);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(1.0)]
    public void A_planted_relation_is_found(double cosine)
    {
        var dice = new Dice(3);
        var parent = DrawnUnits.Draw(dice, 64);
        var child = parent.Select(u => dice.Like(u, cosine)).ToArray();
        Assert.True(LogP([DrawnUnits.Dense(parent)], [DrawnUnits.Dense(child)]) < -40);
    }

    [Fact]
    public void Breaking_ties_by_position_would_reject_unrelated_models_and_is_caught_by_these_simulations()
    {
        const int layers = 4;
        var (one, other) = (Alike(1), Alike(2));
        Assert.Equal(0, UnitPairs.Match(one, other).Matched);
        Assert.NotNull(NullSimulation.Excess(_ => ExactBounds.LogTail(layers * NearestByPosition(one, other), (double)layers / Units) / ExactBounds.Ln10));

        // Every unit is the same: whoever scans from the front finds number 0 nearest to number 0.
        static LayerUnits Alike(int seed) => DrawnUnits.Dense([.. Enumerable.Repeat(DrawnUnits.Draw(new(seed), 1)[0], Units)]);

        static int NearestByPosition(LayerUnits a, LayerUnits b)
        {
            int[] all = [.. Enumerable.Range(0, Units)];
            var (x, y) = (UnitPairs.FeaturesOf(a, all, gate: true), UnitPairs.FeaturesOf(b, all, gate: true));
            var toB = all.Select(i => all.MaxBy(j => Features.Dot(x[i], y[j]))).ToArray();
            var toA = all.Select(j => all.MaxBy(i => Features.Dot(x[i], y[j]))).ToArray();
            return all.Count(i => toB[i] == i && toA[i] == i);
        }
    }

    private static double LogP(LayerUnits[] a, LayerUnits[] b)
    {
        var found = a.Zip(b, (left, right) => UnitPairs.Match(left, right)).ToList();
        return ExactBounds.LogTail(found.Sum(m => (long)m.Same), found.Sum(m => m.Expected)) / ExactBounds.Ln10;
    }

    private static LayerUnits[] Dense(Dice dice, Func<Dice, int, int, float[][]> draw) =>
        [.. Enumerable.Range(0, Layers).Select(layer => DrawnUnits.Dense(draw(dice, Units, DrawnUnits.Width), layer))];

    private static LayerUnits[] Stack(Dice dice, int layers, int units = 8) =>
        [.. Enumerable.Range(0, layers).Select(layer => DrawnUnits.Dense(DrawnUnits.Draw(dice, units), layer))];

    /// <summary>A common mean and a few dimensions of thirty times the size, as trained models have.</summary>
    private static float[][] WithOutliers(Dice dice, int count, int width)
    {
        var mean = dice.Normals(width);
        var large = dice.Order(width)[..4];
        var units = DrawnUnits.Draw(dice, count, width);
        foreach (var unit in units)
        {
            foreach (var d in large) unit[d] *= 30;
            for (var d = 0; d < width; d++) unit[d] += mean[d];
        }

        return units;
    }
}
