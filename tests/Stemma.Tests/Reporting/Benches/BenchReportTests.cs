using System.Text.Json.Nodes;
using System.Xml.Linq;
using Stemma.Benching;
using Stemma.Cli;
using Stemma.Foundation;
using Stemma.Reporting;
using Stemma.Reporting.Benches;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Benches;

public sealed class BenchReportTests
{
    [Fact]
    public void The_document_fits_its_schema()
    {
        var schema = JsonSchema.Of("stemma.bench-1");
        Assert.Empty(schema.Problems(BenchJson.Write(SampleBench.Result)));
        Assert.Empty(schema.Problems(BenchJson.Write(SampleBench.Result with { Pairs = [] })));
        var document = JsonNode.Parse(BenchJson.Write(SampleBench.Result))!;
        document["pairs"]![0]!["grade"] = "splendid";
        Assert.NotEmpty(schema.Problems(document.ToJsonString()));
    }

    [Fact]
    public void Only_seconds_depend_on_the_clock()
    {
        var hurried = SampleBench.Result with { Pairs = [.. SampleBench.Result.Pairs.Select(p => p with { Scores = [.. p.Scores.Select(s => s with { Seconds = s.Seconds / 3 })] })] };
        Assert.NotEqual(BenchJson.Write(SampleBench.Result), BenchJson.Write(hurried));
        Assert.Equal(Without(SampleBench.Result), Without(hurried));

        static IEnumerable<string> Without(BenchResult bench) => BenchJson.Write(bench).Split('\n').Where(line => !line.Contains("seconds_per_pair", StringComparison.Ordinal));
    }

    [Fact]
    public void The_text_reads_as_reviewed() => GoldenFile.Check("bench", OutputFiles.Plain(BenchText.Lines(SampleBench.Result)));

    [Fact]
    public void The_text_keeps_to_eighty_columns() => Assert.All(BenchText.Lines(SampleBench.Result), line => Assert.True(line.Text.Length <= ReportText.Width, line.Text));

    [Fact]
    public void The_table_of_survival_reads_as_reviewed() =>
        GoldenFile.Check("survival", SurvivalMarkdown.Insert(SurvivalMarkdown.NewPage, "survival.md", SurvivalMarkdown.Body(SampleBench.Result, "survival.svg")));

    [Fact]
    public void A_page_keeps_what_stands_around_the_markers()
    {
        var page = $"# Before\n{SurvivalMarkdown.Begin}\nold\n{SurvivalMarkdown.End}\nafter\n";
        var written = SurvivalMarkdown.Insert(page, "p.md", "new\n");
        Assert.Equal($"# Before\n{SurvivalMarkdown.Begin}\nnew\n{SurvivalMarkdown.End}\nafter\n", written);
        Assert.Equal(written, SurvivalMarkdown.Insert(written, "p.md", "new\n"));
        Assert.Equal(FaultCode.WouldOverwrite, Assert.Throws<StemmaException>(() => SurvivalMarkdown.Insert("# My notes\n", "p.md", "new\n")).Fault.Code);
    }

    [Fact]
    public void The_plot_is_a_picture_with_a_row_per_method_and_nothing_outside()
    {
        var svg = XDocument.Parse(SurvivalSvg.Write(SampleBench.Result)).Root!;
        var (width, height) = ((double)svg.Attribute("width")!, (double)svg.Attribute("height")!);
        var names = svg.Descendants().Where(e => (string?)e.Attribute("class") == "name").Select(e => e.Value);
        Assert.Equal(SampleBench.Result.Methods.Select(m => m.Name), names);
        foreach (var element in svg.Descendants().Where(e => e.Attribute("x") is not null))
        {
            Assert.InRange((double)element.Attribute("x")! + ((double?)element.Attribute("width") ?? 0), 0, width);
            Assert.InRange((double)element.Attribute("y")! + ((double?)element.Attribute("height") ?? 0), 0, height);
        }

        // Each method's bars stand for all pairs: none is lost at the edges.
        Assert.Equal(3, svg.Descendants().Count(e => (string?)e.Attribute("class") == "axis"));
        Assert.Contains(svg.Descendants(), e => (string?)e.Attribute("class") == "related");
    }

    [Fact]
    public void A_plot_of_one_kind_of_pairs_is_still_one()
    {
        Assert.NotNull(XDocument.Parse(SurvivalSvg.Write(SampleBench.Result with { Pairs = [] })).Root);
        Assert.NotNull(XDocument.Parse(SurvivalSvg.Write(SampleBench.Result with { Pairs = [.. SampleBench.Result.Of(PairClass.Related)] })).Root);
    }

    [Fact]
    public void Tables_for_spreadsheets_have_a_row_per_method_and_per_pair()
    {
        Assert.Equal(1 + 3, BenchCsv.Methods(SampleBench.Result).TrimEnd().Split("\r\n").Length);
        var pairs = BenchCsv.Pairs(SampleBench.Result).TrimEnd().Split("\r\n");
        Assert.Equal(1 + 10, pairs.Length);
        Assert.EndsWith("operations,stemma,awm,csw", pairs[0]);
    }
}
