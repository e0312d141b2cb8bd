using Stemma.Comparing.Alignment;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>The statement of power that stands under every `unrelated`: simulated, not believed.</summary>
public sealed class PowerTests
{
    private const int Units = 48, Layers = 3, Hidden = 32, Tokens = 24;

    [Theory]
    [InlineData(32, 0.2)]
    [InlineData(64, 0.3)]
    [InlineData(128, 0.15)]
    public void Expected_matches_are_those_of_a_simulation(int units, double cosine)
    {
        const int draws = 60;
        var dice = new Dice(units);
        var found = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            var parent = DrawnUnits.Draw(dice, units);
            found += UnitPairs.Match(DrawnUnits.Dense([.. parent.Select(u => dice.Like(u, cosine))]), DrawnUnits.Dense(parent)).Same;
        }

        Assert.Equal(Power.ExpectedMatches(units, DrawnUnits.Width, cosine), (double)found / draws, 0.06 * units);
    }

    [Fact]
    public void Expected_matches_reach_from_chance_to_all()
    {
        Assert.InRange(Power.ExpectedMatches(100, 192, 0), 0.3, 0.7);
        Assert.Equal(100, Power.ExpectedMatches(100, 192, 0.99), 0.01);
        for (var c = 0.1; c < 0.4; c += 0.1) Assert.True(Power.ExpectedMatches(100, 192, c + 0.05) > Power.ExpectedMatches(100, 192, c));
    }

    [Fact]
    public void A_copy_at_the_stated_cosine_is_found_nine_times_in_ten_and_at_a_third_of_it_hardly_ever()
    {
        var stated = Stated();
        Assert.InRange(stated, 0.05, 0.6);
        Assert.InRange(FoundOf200(stated), 180, 200);
        Assert.InRange(FoundOf200(stated / 3), 0, 20);
    }

    [Fact]
    public void More_units_see_more()
    {
        var dice = new Dice(3);
        var small = Power.SmallestCosine(FakeModel.Pair(OfUnits(dice, 2, 32), OfUnits(dice, 2, 32)))!.Value;
        var large = Power.SmallestCosine(FakeModel.Pair(OfUnits(dice, 4, 128), OfUnits(dice, 4, 128)))!.Value;
        Assert.True(large < small, $"{large} against {small}");
    }

    [Fact]
    public void A_few_units_can_see_nothing() =>
        Assert.Null(Power.SmallestCosine(FakeModel.Pair(OfUnits(new(1), 1, 4), OfUnits(new(2), 1, 4))));

    private static double Stated()
    {
        var dice = new Dice(11);
        return Power.SmallestCosine(FakeModel.Pair(Whole(dice, Draw(dice)), Whole(dice, Draw(dice))))!.Value;
    }

    /// <summary>How many of 200 copies are claimed when only their units kept anything: what is stated must not lean on the other tests.</summary>
    private static int FoundOf200(double cosine)
    {
        var dice = new Dice(13);
        var found = 0;
        for (var draw = 0; draw < 200; draw++)
        {
            var units = Draw(dice);
            var child = units.Select(layer => layer.Select(u => dice.Like(u, cosine)).ToArray()).ToArray();
            if (new Findings(FakeModel.Pair(Whole(dice, child), Whole(dice, units))).Log10P < Thresholds.ClaimLog10P) found++;
        }

        return found;
    }

    private static float[][][] Draw(Dice dice) => [.. Enumerable.Range(0, Layers).Select(_ => DrawnUnits.Draw(dice, Units))];

    /// <summary>Units as given, residual dimensions and heads drawn anew.</summary>
    private static Fingerprint Whole(Dice dice, float[][][] units) => FakeModel.Of(
        [.. units.Select((layer, n) => DrawnUnits.Dense(layer, n))],
        [.. Enumerable.Range(0, Layers).SelectMany(layer => DrawnHeads.Layer(layer, 2, 2, (_, _) => dice.Normals(DrawnHeads.Width)))],
        DrawnAnchors.OfColumns(dice.Columns(Hidden, Tokens)), hidden: Hidden);

    private static Fingerprint OfUnits(Dice dice, int layers, int units)
    {
        LayerUnits[] drawn = [.. Enumerable.Range(0, layers).Select(layer => DrawnUnits.Dense(DrawnUnits.Draw(dice, units), layer))];
        return FakeModel.Of(drawn);
    }
}
