using Stemma.Comparing.Alignment;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Alignment;

/// <summary>Layers that are matched with many others at once are matched as if they met each alone.</summary>
public sealed class SeededLayersTests
{
    private const int Units = 24;

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(8)]
    public void A_layer_meets_all_others_at_once_as_it_meets_them_one_by_one(int most)
    {
        var dice = new Dice(4);
        var parent = DrawnUnits.Draw(dice, Units);
        var empty = DrawnUnits.Draw(dice, Units);
        empty[3] = new float[DrawnUnits.Width];
        empty[5] = empty[7];
        // Layers of other widths hold other labels; copies, zeros and twins are where matching could go wrong.
        LayerUnits[] subject = [DrawnUnits.Dense(parent), DrawnUnits.Dense(DrawnUnits.Draw(dice, 2 * Units), 1), DrawnUnits.Dense(empty, 2)];
        LayerUnits[] reference =
        [
            DrawnUnits.Dense(DrawnUnits.Draw(dice, 2 * Units)), DrawnUnits.Dense([.. parent.Select(unit => dice.Like(unit, 0.6))], 1), DrawnUnits.Dense(empty, 2), DrawnUnits.Dense([], 3),
        ];
        var layers = new SeededLayers(subject, reference, most);
        for (var i = 0; i < subject.Length; i++)
        {
            var together = layers.MatchAll(i);
            Assert.Equal(reference.Length, together.Length);
            for (var j = 0; j < reference.Length; j++) Assert.Equal(layers.Match(i, j), together[j]);
        }

        Assert.True(layers.MatchAll(0)[1].Same > Math.Min(most, Units) / 2);
    }
}
