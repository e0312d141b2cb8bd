using FsCheck;
using FsCheck.Fluent;
using Stemma.Foundation;
using Stemma.Running.Routing;

namespace Stemma.Tests.Running.Routing;

public sealed class AuxiliaryLossTests
{
    [Fact]
    public void Even_loads_cost_alpha_whatever_the_probabilities() => Prop.ForAll(Arb.From(Gen.Choose(1, 6)), Arb.From(Gen.Choose(1, 8)), (perToken, rounds) =>
    {
        // Experts take turns, so that over `experts` tokens each is chosen equally often.
        var experts = perToken + 3;
        var tokens = experts * rounds;
        var chosen = Enumerable.Range(0, tokens * perToken).Select(i => ((i / perToken) + (i % perToken)) % experts).ToArray();
        var loss = AuxiliaryLoss.Of(Softmax(tokens, experts, rounds), chosen, experts, perToken, 0.25);
        return Math.Abs(loss - 0.25) < 1e-6;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_tokens_does_not_matter()
    {
        var probabilities = Softmax(3, 4, 1);
        int[] chosen = [0, 1, 1, 2, 3, 0];
        float[] turned = [.. probabilities[8..12], .. probabilities[..8]];
        Assert.Equal(AuxiliaryLoss.Of(probabilities, chosen, 4, 2), AuxiliaryLoss.Of(turned, [3, 0, 0, 1, 1, 2], 4, 2), 12);
    }

    /// <summary>Two tokens, three experts, one each. Both choose expert 0: f = (3, 0, 0), p = (0.6, 0.25, 0.15), loss = 3 * 0.6.</summary>
    [Fact]
    public void One_favourite_by_hand() => Assert.Equal(1.8, AuxiliaryLoss.Of([0.5f, 0.25f, 0.25f, 0.7f, 0.25f, 0.05f], [0, 0], 3, 1), 6);

    /// <summary>Two tokens, four experts, two each: {0, 1} and {0, 2}. f = 4 / (2 * 2) * (2, 1, 1, 0), p = (0.5, 0.25, 0.15, 0.1), loss = 1 + 0.25 + 0.15.</summary>
    [Fact]
    public void Two_of_four_by_hand() =>
        Assert.Equal(0.001 * 1.4, AuxiliaryLoss.Of([0.4f, 0.4f, 0.1f, 0.1f, 0.6f, 0.1f, 0.2f, 0.1f], [0, 1, 0, 2], 4, 2, 0.001), 9);

    /// <summary>All probability and all choices on one of N experts: the most it can cost, N / K.</summary>
    [Fact]
    public void The_worst_case_is_the_number_of_experts() => Assert.Equal(4, AuxiliaryLoss.Of([1, 0, 0, 0, 1, 0, 0, 0], [0, 0], 4, 1), 9);

    [Theory]
    [InlineData(new float[] { 1, 0 }, new[] { 0, 1 }, 2, 1)]
    [InlineData(new float[] { 1, 0 }, new[] { 2 }, 2, 1)]
    [InlineData(new float[] { 1, 0 }, new[] { -1 }, 2, 1)]
    [InlineData(new float[] { }, new int[] { }, 2, 1)]
    [InlineData(new float[] { 1, 0 }, new[] { 0 }, 0, 1)]
    [InlineData(new float[] { 1, 0 }, new[] { 0 }, 2, 0)]
    public void Lengths_that_do_not_belong_together_are_refused(float[] probabilities, int[] chosen, int experts, int perToken) =>
        Assert.Equal(FaultCode.RoutingSettingInvalid, Assert.Throws<StemmaException>(() => AuxiliaryLoss.Of(probabilities, chosen, experts, perToken)).Fault.Code);

    private static float[] Softmax(int tokens, int experts, int seed)
    {
        var logits = new Support.Dice(seed).Columns(tokens, experts);
        return [.. logits.SelectMany(row =>
        {
            var powers = row.Select(MathF.Exp).ToList();
            return powers.Select(power => power / powers.Sum());
        })];
    }
}
