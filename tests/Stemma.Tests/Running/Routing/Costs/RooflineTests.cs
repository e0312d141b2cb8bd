using Stemma.Foundation;
using Stemma.Running.Routing;
using Stemma.Running.Routing.Costs;

namespace Stemma.Tests.Running.Routing.Costs;

public sealed class RooflineTests
{
    private static readonly Accelerator Ascend = Accelerator.All[0];
    private static readonly ServedModel Pangu = ServedModel.Of("pangu-pro-moe");

    [Fact]
    public void The_shape_recounts_the_published_parameters()
    {
        Assert.Equal(71.99, Pangu.Parameters / 1e9, 1);
        Assert.InRange(Pangu.ActiveParameters / 1e9, 16.48, 16.52);
        Assert.Equal(20_643_840, Pangu.ExpertParameters);
        Assert.Equal(48 * 82_575_360L, Pangu.SharedParameters);
    }

    /// <summary>Five constants were fitted to nine rows; this says how well, row by row. In percent of the published latency.</summary>
    [Theory]
    [InlineData(0, 1.7)]
    [InlineData(1, -3.1)]
    [InlineData(2, -2.4)]
    [InlineData(3, 2.8)]
    [InlineData(4, 2.1)]
    [InlineData(5, 0.2)]
    [InlineData(6, -18.6)]
    [InlineData(7, 7.5)]
    [InlineData(8, 11.5)]
    public void Each_fitted_row_is_missed_by_so_many_percent(int row, double percent) => Assert.InRange(100 * PublishedTimings.Fitted[row].Miss(Ascend), percent - 0.4, percent + 0.4);

    [Fact]
    public void The_row_with_multi_token_prediction_is_forecast_twelve_percent_too_fast()
    {
        Assert.False(PublishedTimings.MultiToken.Fitted);
        Assert.InRange(PublishedTimings.MultiToken.ModelledTokens(Ascend) / 1528, 1.08, 1.16);
    }

    [Fact]
    public void Published_rows_agree_with_themselves() => Assert.All(PublishedTimings.All, row =>
        Assert.InRange(row.TokensOut / row.Devices / row.Seconds / row.TokensPerDevice, 0.96, 1.04));

    [Fact]
    public void Exchanges_take_what_the_paper_says()
    {
        var cost = PublishedTimings.Fitted[1].Modelled(Ascend);
        Assert.InRange(cost.Exchange / cost.Seconds, 0.075, 0.09);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(64, 4)]
    [InlineData(64, 8)]
    [InlineData(512, 8)]
    [InlineData(512, 16)]
    public void Uneven_loads_never_make_experts_faster(int tokens, int devices)
    {
        var setting = new RoutingSetting(64, 8, 8, devices, tokens);
        var even = ExpertLoad.Of(setting, RoutingRule.Grouped);
        var plain = ExpertLoad.Of(setting, RoutingRule.TopK);
        PassCost Cost(ExpertLoad load) => Roofline.Of(Pangu, Ascend, devices, ForwardPass.Decode(tokens, 2048), load);
        Assert.True(Cost(plain).Experts >= Cost(even).Experts * 0.995);
        Assert.Equal(devices <= 8 ? 1 : even.Uneven, even.Uneven, 12);
        Assert.True(plain.Uneven > 1);
        Assert.True(Cost(plain with { PeakLoad = 4 * plain.PeakLoad }).Experts >= Cost(plain).Experts);
    }

    [Fact]
    public void More_work_takes_longer_and_more_devices_need_less_memory_each()
    {
        double Seconds(int batch, int context) => Roofline.Of(ServedModel.Of("qwen2.5-32b"), Ascend, 4, ForwardPass.Decode(batch, context), null).Seconds;
        Assert.True(Seconds(2, 2048) >= Seconds(1, 2048) && Seconds(2, 4096) > Seconds(2, 2048));
        Assert.Equal(Roofline.Memory(Pangu, 4, 100, 2048), 2 * Roofline.Memory(Pangu, 8, 100, 2048), 3);
    }

    /// <summary>4 devices, 8 experts, 2 per token: a device of 2 experts is missed with probability C(6,2)/C(8,2) = 15/28.</summary>
    [Fact]
    public void Devices_reached_by_hand()
    {
        Assert.Equal(4 * 13.0 / 28, ExpertLoad.ReachOf(new(8, 2, 2, 4, 1), RoutingRule.TopK), 9);
        Assert.Equal(2, ExpertLoad.ReachOf(new(8, 2, 2, 2, 1), RoutingRule.Grouped), 9);
        Assert.Equal(2, ExpertLoad.ReachOf(new(8, 2, 2, 4, 1), RoutingRule.Grouped), 9);
        Assert.Equal(2, ExpertLoad.ReachOf(new(8, 2, 2, 8, 1), RoutingRule.TopK), 9);
    }

    [Fact]
    public void The_largest_batch_of_a_plan_is_the_last_that_fits()
    {
        var plan = ServingPlan.Make(new() { Devices = [4] });
        var most = plan.Points[^1].Batch;
        Assert.True(plan.Points[^1].Fits);
        Assert.True(Roofline.Memory(plan.Model, 4, most + 1, 2048) > plan.Hardware.MemoryBytes);
        Assert.InRange(most, 456, 560);
        Assert.Equal(most, plan.Best!.Batch);
    }

    [Fact]
    public void A_dense_model_has_no_experts_to_balance()
    {
        var plan = ServingPlan.Make(new() { Shape = "qwen2.5-7b", Hardware = "h100-sxm", Devices = [1], Batches = [8], WeightBits = 16 });
        Assert.Null(Assert.Single(plan.Points).Plain);
        Assert.Equal(0, plan.Points[0].Even.Experts);
        Assert.Equal(0, plan.Points[0].Even.Exchange);
    }

    [Fact]
    public void What_cannot_be_planned_is_refused()
    {
        foreach (var request in new ServingRequest[] { new() { Hardware = "abacus" }, new() { Devices = [] }, new() { Devices = [7] }, new() { WeightBits = 4 }, new() { Acceptance = 2 }, new() { Context = 0 } })
            Assert.Equal(FaultCode.RoutingSettingInvalid, Assert.Throws<StemmaException>(() => ServingPlan.Make(request)).Fault.Code);
        Assert.Equal(FaultCode.DerivationParameter, Assert.Throws<StemmaException>(() => ServingPlan.Make(new() { Shape = "no-such-model" })).Fault.Code);
    }
}
