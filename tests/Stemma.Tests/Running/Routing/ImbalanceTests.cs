using FsCheck;
using FsCheck.Fluent;
using Stemma.Foundation;
using Stemma.Running.Routing;

namespace Stemma.Tests.Running.Routing;

/// <summary>The imbalance score: what holds for every setting, then the published figures, then small cases done by hand.</summary>
public sealed class ImbalanceTests
{
    private static readonly RoutingSetting Pangu = new(64, 8, 8, 8, 16);

    /// <summary>Small settings whose numbers fit together.</summary>
    private static readonly Arbitrary<RoutingSetting> Settings = Arb.From(
        from groups in Gen.Choose(1, 4)
        from perGroup in Gen.Choose(1, 4)
        from each in Gen.Choose(1, perGroup)
        from devices in Gen.Choose(1, groups * perGroup).Where(d => groups * perGroup % d == 0)
        from tokens in Gen.Choose(1, 9)
        select new RoutingSetting(groups * perGroup, groups, groups * each, devices, tokens));

    [Fact]
    public void Whole_groups_on_devices_are_never_uneven() => Prop.ForAll(Settings, setting =>
    {
        var grouped = RoutingSimulator.Draw(setting, RoutingRule.Grouped, 40, 7, CancellationToken.None);
        return !setting.GroupsStayWhole || grouped is { Mean: 0, Probability: 0 };
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Draws_agree_with_every_exact_answer() => Prop.ForAll(Settings, setting => Enum.GetValues<RoutingRule>().All(rule =>
    {
        if (ExactImbalance.Distribution(setting, rule) is not { } exact) return true;
        var drawn = RoutingSimulator.Draw(setting, rule, 2000, 3, CancellationToken.None);
        return Math.Abs(exact.Sum() - 1) < 1e-9 && Math.Abs(drawn.Mean - ExactImbalance.Mean(exact, setting.Tokens)) <= 1e-9 + (6 * drawn.MeanError);
    })).QuickCheckThrowOnFailure();

    [Fact]
    public void A_score_lies_between_nothing_and_all_on_one_device() => Prop.ForAll(Settings, setting =>
    {
        var drawn = RoutingSimulator.Draw(setting, RoutingRule.TopK, 40, 1, CancellationToken.None);
        return drawn.Histogram.All(score => score.Score >= 0 && score.Score <= Math.Min(setting.Top, setting.ExpertsPerDevice))
            && Math.Abs(drawn.Histogram.Sum(score => score.Share) - 1) < 1e-12
            && drawn.PeakLoad >= ((double)setting.Top * setting.Tokens / setting.Devices) - 1e-9;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_router_of_one_group_is_plain_top_k()
    {
        var setting = new RoutingSetting(12, 1, 3, 4, 1);
        Assert.Equal(ExactImbalance.Distribution(setting, RoutingRule.TopK), ExactImbalance.Distribution(setting, RoutingRule.Grouped));
    }

    [Fact]
    public void The_seed_alone_decides_what_is_drawn()
    {
        var first = RoutingSimulator.Draw(Pangu, RoutingRule.TopK, 1000, 5, CancellationToken.None);
        Assert.Equivalent(first, RoutingSimulator.Draw(Pangu, RoutingRule.TopK, 1000, 5, CancellationToken.None), strict: true);
        Assert.NotEqual(first.Mean, RoutingSimulator.Draw(Pangu, RoutingRule.TopK, 1000, 6, CancellationToken.None).Mean);
    }

    [Fact]
    public void The_papers_setting_gives_the_papers_figure()
    {
        var simulation = RoutingSimulator.Run(Pangu, 40_000, 0);
        Assert.InRange(simulation.TopK.Mean, 0.669 - 0.004, 0.669 + 0.004);
        Assert.InRange(simulation.TopK.MeanError, 0.0005, 0.0015);
        Assert.True(simulation.TopK.Drawn!.ProbabilityRange.Low > 0.999);
        Assert.False(simulation.TopK.IsExact);
        Assert.Equal(0.625, simulation.TopK.Histogram.MaxBy(score => score.Share).Score);
        Assert.Equal((true, 0.0, 0.0), (simulation.Grouped.IsExact, simulation.Grouped.Mean, simulation.Grouped.Probability));
        Assert.True(simulation.Independent.IsExact);
        Assert.InRange(simulation.Independent.Mean, 0.709, 0.711);
        Assert.Equal(0.6875, simulation.Independent.Histogram.MaxBy(score => score.Share).Score);
    }

    [Theory]
    [InlineData(4, 1.323)]
    [InlineData(64, 0.335)]
    [InlineData(256, 0.168)]
    public void Other_batches_give_the_figures_simulated_before(int tokens, double mean)
    {
        var drawn = RoutingSimulator.Draw(Pangu with { Tokens = tokens }, RoutingRule.TopK, 8_000, 1, CancellationToken.None);
        Assert.InRange(drawn.Mean, mean - 0.0006 - (5 * drawn.MeanError), mean + 0.0006 + (5 * drawn.MeanError));
    }

    [Fact]
    public void One_token_is_known_exactly()
    {
        var exact = ExactImbalance.Distribution(Pangu with { Tokens = 1 }, RoutingRule.TopK)!;
        // One expert of each of 8 devices: 8^8 choices of C(64, 8).
        Assert.Equal(16_777_216.0 / 4_426_165_368.0, exact[0], 12);
        Assert.Equal(0.996210, 1 - exact[0], 6);
        Assert.InRange(ExactImbalance.Mean(exact, 1), 2.444, 2.464);
    }

    [Fact]
    public void Many_tokens_come_to_the_central_limit()
    {
        Assert.Equal(2.847, ExactImbalance.ExpectedRange(8), 3);
        Assert.Equal(2 / Math.Sqrt(Math.PI), ExactImbalance.ExpectedRange(2), 9);
        Assert.Equal(0.168, ExactImbalance.LargeSampleMean(Pangu with { Tokens = 256 }), 3);
        var two = new RoutingSetting(8, 2, 2, 2, 1000);
        Assert.Equal(ExactImbalance.LargeSampleMean(two), ExactImbalance.Mean(ExactImbalance.Distribution(two, RoutingRule.TopK)!, 1000), 4);
    }

    [Theory]
    [InlineData(new[] { 3, 3, 3 }, 3, 0)]
    [InlineData(new[] { 4, 0 }, 2, 2)]
    [InlineData(new[] { 2, 5, 3, 6 }, 16, 0.25)]
    [InlineData(new[] { 7 }, 7, 0)]
    public void The_score_is_the_papers_equation(int[] loads, int tokens, double score) => Assert.Equal(score, ImbalanceScore.Of(loads, tokens));

    [Theory]
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(64, 7, 7, 8, 16)]
    [InlineData(64, 8, 9, 8, 16)]
    [InlineData(64, 8, 72, 8, 16)]
    [InlineData(64, 8, 8, 7, 16)]
    [InlineData(64, 8, 8, 8, 0)]
    public void Numbers_that_do_not_fit_are_refused(int experts, int groups, int top, int devices, int tokens)
    {
        var refused = Assert.Throws<StemmaException>(() => RoutingSimulator.Run(new(experts, groups, top, devices, tokens), 10, 0));
        Assert.Equal(FaultCode.RoutingSettingInvalid, refused.Fault.Code);
    }
}
