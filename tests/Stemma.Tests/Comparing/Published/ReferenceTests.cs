using Stemma.Comparing.Published;
using Stemma.Comparing.Statistics;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Published;

/// <summary>
/// Every published method against numbers that quality/published-methods/reference.py computed from the same models in numpy and scipy, in double and without shortcuts.
/// </summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("honestagi", 0.81356162, 0.77352598, 0.07161414)]
    [InlineData("gain-cosine", 0.99984456, 0.99444565, 0.99518506)]
    [InlineData("csw", 236.90064814, 3.78280168, 0.23523739)]
    [InlineData("awm", 0.79777784, 0.03069373, 0.02868355)]
    [InlineData("awm-bytes", 0.79777784, 0.03069373, 0.02868355)]
    [InlineData("huref", 0.60830178, -0.01021357, 0.00695773)]
    [InlineData("mdir", 275.610992, 0, 0)]
    [InlineData("ghostspec", 0.99576031, 0.99362387, 0.99558995)]
    public void A_method_gives_what_numpy_gives(string name, double child, double distant, double stranger)
    {
        using var models = new OpenModels();
        var method = PublishedMethods.Create().Single(m => m.Name == name);
        var known = models.Of(FormulaModel.Base);
        foreach (var (model, expected) in new[] { (FormulaModel.Child, child), (FormulaModel.Distant, distant), (FormulaModel.Stranger, stranger) })
        {
            var other = models.Of(model);
            // Single precision: five digits, four where the logarithm of a p multiplies rounding by the square of the width.
            Assert.Equal(expected, method.Score(other, known).Value, 2e-5 * Math.Max(1, 3 * Math.Abs(expected)));
            // AWM gives the base the other model's signs before it centres, which is not the same the other way round.
            if (method is not Awm) Assert.Equal(expected, method.Score(known, other).Value, 2e-5 * Math.Max(1, 3 * Math.Abs(expected)));
        }
    }

    [Theory]
    [InlineData(0.7, 350, -19.1759318309)]
    [InlineData(0.1, 350, -294.3718853603)]
    [InlineData(1.4, 20, -0.0330950048)]
    [InlineData(0.999, 46, -0.6985438651)]
    [InlineData(0.1, 3, -3.9796041916)]
    [InlineData(1e-6, 350, -2300.2622969466)]
    [InlineData(2e-3, 4000, -11049.9868612447)]
    public void The_tail_of_t_is_right_far_below_the_smallest_number(double gap, double degrees, double expected) =>
        Assert.Equal(expected, StudentTail.LogUpperOfCorrelation(gap, degrees), 1e-8 * Math.Max(1, -expected));

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, -0.6931471805599453)]
    public void The_tail_of_t_has_its_ends(double gap, double expected) => Assert.Equal(expected, StudentTail.LogUpperOfCorrelation(gap, 10), 1e-12);
}
