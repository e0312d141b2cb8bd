using System.Text.Json.Nodes;
using System.Xml.Linq;
using Stemma.Cli;
using Stemma.Reporting.Routes;
using Stemma.Running.Routing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Routes;

public sealed class RouteReportTests
{
    public static TheoryData<RoutingSetting> Settings => [new RoutingSetting(64, 8, 8, 8, 16), new RoutingSetting(64, 8, 8, 8, 1), new RoutingSetting(8, 2, 4, 8, 3), new RoutingSetting(4, 1, 1, 1, 1), new RoutingSetting(256, 1, 8, 64, 40)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_simulation_fits_its_schema(RoutingSetting setting) =>
        Assert.Empty(JsonSchema.Of("stemma.route-1").Problems(RouteJson.Write(RoutingSimulator.Run(setting, 50, 1))));

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_picture_is_whole_and_inside_its_frame(RoutingSetting setting)
    {
        var picture = XDocument.Parse(RouteSvg.Write(RoutingSimulator.Run(setting, 50, 1))).Root!;
        var width = (double)picture.Attribute("width")!;
        Assert.All(picture.Elements().Where(e => e.Attribute("x") is not null), e => Assert.InRange((double)e.Attribute("x")!, 0, width));
    }

    [Theory]
    [InlineData("mean_imbalance")]
    [InlineData("probability_imbalanced")]
    [InlineData("moge_imbalance")]
    public void What_scripts_read_stands_at_the_top(string name) => Assert.NotNull(JsonNode.Parse(RouteJson.Write(RoutingSimulator.Run(new(64, 8, 8, 8, 1), 50, 1)))![name]);

    [Fact]
    public void A_simulation_reads_as_reviewed() => GoldenFile.Check("route", OutputFiles.Plain(RouteText.Lines(RoutingSimulator.Run(new(64, 8, 8, 8, 16), 2000, 0))));

    [Fact]
    public void Rows_hold_every_score_of_every_rule()
    {
        var simulation = RoutingSimulator.Run(new(64, 8, 8, 8, 1), 50, 1);
        Assert.Equal(1 + simulation.Rules.Sum(rule => rule.Histogram.Count), RouteCsv.Write(simulation).TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void The_verb_prints_and_writes_every_format()
    {
        using var folder = new TempFolder();
        var run = CliRun.Of(new(), "route", "--simulate", "--trials", "50", "--tokens", "2", "--format", "json", "-o", "svg=" + folder["a.svg"], "-o", "csv=" + folder["a.csv"], "-o", "text=" + folder["a.txt"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        var simulation = RoutingSimulator.Run(new(64, 8, 8, 8, 2), 50, 0);
        Assert.Equal(RouteJson.Write(simulation), run.Out);
        Assert.Equal(RouteSvg.Write(simulation), File.ReadAllText(folder["a.svg"]));
        Assert.Equal(RouteCsv.Write(simulation), File.ReadAllText(folder["a.csv"]));
        Assert.StartsWith("Plain top-8 of 64 experts on 8 devices, 2 tokens at once", File.ReadAllText(folder["a.txt"]));
    }

    [Fact]
    public void A_setting_that_does_not_fit_is_a_fault_with_a_code()
    {
        var run = CliRun.Of(new(), "route", "--simulate", "--groups", "7", "--format", "json");
        Assert.Equal(2, run.Code);
        Assert.Contains("STM5231", run.Error);
        Assert.Empty(JsonSchema.Of("stemma.fault-1").Problems(run.Out));
        Assert.Equal(4, CliRun.Of(new(), "route").Code);
    }
}
