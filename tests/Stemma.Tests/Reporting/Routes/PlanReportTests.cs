using System.Text.Json.Nodes;
using System.Xml.Linq;
using Stemma.Cli;
using Stemma.Reporting.Routes;
using Stemma.Running.Routing.Costs;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Routes;

public sealed class PlanReportTests
{
    private static readonly ServingPlan Pangu = ServingPlan.Make(new() { Devices = [4, 8], Batches = [1, 64, 456, 4000] });

    public static TheoryData<ServingRequest> Requests =>
    [
        new ServingRequest { Devices = [4, 16], Batches = [1, 4000] }, new ServingRequest { Shape = "qwen2.5-7b", Hardware = "h100-sxm", Devices = [1], WeightBits = 16, Batches = [3] },
        new ServingRequest { Shape = "mixtral-8x7b", Hardware = "h200-sxm", Devices = [1, 2], Acceptance = 0.8, Batches = [2] }, new ServingRequest { Devices = [1], Batches = [9000] },
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Every_plan_fits_its_schema_and_its_frame(ServingRequest request)
    {
        var plan = ServingPlan.Make(request);
        Assert.Empty(JsonSchema.Of("stemma.route-plan-1").Problems(PlanJson.Write(plan)));
        var picture = XDocument.Parse(PlanSvg.Write(plan)).Root!;
        Assert.All(picture.Elements().Where(e => e.Attribute("x") is not null), e => Assert.InRange((double)e.Attribute("x")!, 0, (double)picture.Attribute("width")!));
        Assert.Equal(1 + plan.Points.Count, PlanCsv.Write(plan).TrimEnd().Split('\n').Length);
        Assert.NotEmpty(PlanText.Lines(plan));
    }

    [Fact]
    public void A_plan_reads_as_reviewed() => GoldenFile.Check("route-plan", OutputFiles.Plain(PlanText.Lines(Pangu)));

    [Fact]
    public void The_document_tells_how_far_the_model_is_from_what_was_published()
    {
        var rows = JsonNode.Parse(PlanJson.Write(Pangu))!["published"]!.AsArray();
        Assert.Equal(PublishedTimings.All.Count, rows.Count);
        Assert.Single(rows, row => !row!["fitted"]!.GetValue<bool>());
    }

    [Fact]
    public void The_verb_plans_and_refuses_what_belongs_elsewhere()
    {
        var run = CliRun.Of(new(), "route", "--plan", "--batch", "1,64", "--devices", "4", "--format", "csv");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(PlanCsv.Write(ServingPlan.Make(new() { Devices = [4], Batches = [1, 64] })), run.Out);
        Assert.Contains("--tokens does not belong to --plan", CliRun.Of(new(), "route", "--plan", "--tokens", "2").Error);
        Assert.Contains("--shape does not belong to --simulate", CliRun.Of(new(), "route", "--simulate", "--shape", "gpt2").Error);
        Assert.Contains("one number of --devices", CliRun.Of(new(), "route", "--simulate", "--devices", "4,8").Error);
        Assert.Contains("one thing to do", CliRun.Of(new(), "route", "--simulate", "--plan").Error);
        Assert.Contains("STM2001", CliRun.Of(new(), "route", "--plan", "--shape", Repository.At("schema", "stemma.bank-1.json")).Error);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.35, 7)]
    [InlineData(1200, 7)]
    [InlineData(0.004, 5)]
    public void Axes_have_few_round_numbers(double most, int ticks)
    {
        var found = PlotAxis.Ticks(most);
        Assert.Equal(ticks, found.Count);
        Assert.Equal(0, found[0]);
        Assert.True(found[^1] <= most);
    }
}
