using Stemma.Comparing.Alignment;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing;

/// <summary>
/// The two-witness test between unrelated models: its rank among pairs of layers that do not correspond is high no more often than the number of those pairs allows, and the
/// effect that a claim asks for is not reached at all.
/// </summary>
public sealed class WitnessNullTests
{
    private const int Units = 24, Layers = 5;

    [Fact]
    public void Unrelated_gaussian_models() => Holds((dice, count) => DrawnUnits.Draw(dice, count));

    [Fact]
    public void Outlier_dimensions_that_dominate_every_unit() => Holds((dice, count) =>
    {
        var large = dice.Order(DrawnUnits.Width)[..4];
        var units = DrawnUnits.Draw(dice, count);
        foreach (var unit in units)
            foreach (var d in large) unit[d] *= 30;
        return units;
    });

    [Fact]
    public void Eight_near_copies_of_every_unit() => Holds((dice, count) =>
        [.. DrawnUnits.Draw(dice, count / 8).SelectMany(unit => Enumerable.Range(0, 8).Select(_ => dice.Like(unit, 0.99)))]);

    [Fact]
    public void Features_that_every_model_learns_in_every_layer()
    {
        var universal = DrawnUnits.Draw(new(1), Units / 4);
        Holds((dice, count) => [.. universal.Select(u => dice.Like(u, 0.9)), .. DrawnUnits.Draw(dice, count - universal.Length)], effect: false);
    }

    private static void Holds(Func<Dice, int, float[][]> draw, bool effect = true)
    {
        var (claims, draws) = (0, 0);
        NullSimulation.Holds(dice =>
        {
            WitnessUnits[] a = Model(dice), b = Model(dice);
            var rates = (from i in Enumerable.Range(0, Layers) from j in Enumerable.Range(0, Layers) select (Matched: i == j, Witnesses.Compare(a[i], b[j])!.Rate)).ToLookup(p => p.Matched, p => p.Rate);
            var rate = rates[true].Average();
            var above = rates[false].Count(control => control >= rate);
            draws++;
            if (above == 0 && rate >= Thresholds.CalibratedEffect) claims++;
            return Math.Log10((1.0 + above) / (1 + rates[false].Count()));
        });
        Assert.Equal(NullSimulation.Draws, draws);
        if (effect) Assert.Equal(0, claims);

        WitnessUnits[] Model(Dice dice) => [.. Enumerable.Range(0, Layers).Select(layer => new WitnessUnits(DrawnUnits.Dense(draw(dice, Units), layer)))];
    }
}
