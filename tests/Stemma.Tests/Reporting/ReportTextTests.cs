using Stemma.Comparing;
using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting;

public sealed class ReportTextTests
{
    [Fact]
    public void The_first_line_is_the_answer()
    {
        var first = ReportText.Lines(Samples.Derived)[0];
        Assert.Equal(TextTone.Headline, first.Tone);
        Assert.StartsWith("suspect was derived from parent: overwhelming support", first.Text);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_screen(int width)
    {
        Assert.All(ReportText.Lines(Samples.Derived, width), line => Assert.True(line.Text.Length <= width, line.Text));
        Assert.All(ReportText.TableLines([Samples.Derived, Samples.Unrelated], width), line => Assert.True(line.Text.Length <= width, line.Text));
        Assert.All(InspectionText.Lines(Samples.Inspection, width, everyTensor: true), line => Assert.True(line.Text.Length <= width, line.Text));
    }

    [Fact]
    public void A_name_without_a_space_cannot_break_the_page()
    {
        var monster = new string('x', 5000) + "\u001b[2J\u202e";
        var result = Samples.With(Relation.Derived, monster, monster);
        var lines = ReportText.Lines(result).Concat(ReportText.TableLines([result, result])).ToList();
        Assert.All(lines, line => Assert.True(line.Text.Length <= ReportText.Width, line.Text));
        Assert.All(lines, line => Assert.DoesNotContain(line.Text, letter => char.IsControl(letter) || letter == '\u202e'));
    }

    [Fact]
    public void Every_method_caveat_and_operation_is_named()
    {
        var text = string.Join('\n', ReportText.Lines(Samples.Derived).Select(line => line.Text));
        foreach (var one in Samples.Derived.Evidence) Assert.Contains(one.Method, text);
        foreach (var one in Samples.Derived.Caveats) Assert.Contains(one.Code, text);
        foreach (var one in Samples.Derived.Verdict.Operations) Assert.Contains(one.Name, text);
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(-2, "0.01")]
    [InlineData(-118.4, "10^-118")]
    [InlineData(-118.9, "10^-118")]
    [InlineData(-9518, "10^-9518")]
    [InlineData(double.NaN, "")]
    public void A_p_value_is_rounded_away_from_the_accusation(double log10P, string shown) => Assert.Equal(shown, TextNumbers.PValue(log10P));

    [Fact]
    public void Curves_leave_a_gap_where_there_is_no_number()
    {
        var evidence = Samples.Derived.Evidence[0] with { Series = [new("rising", [1, double.NaN, 3])] };
        var lines = TextCurves.Lines(evidence, 80).Select(line => line.Text).ToList();
        Assert.EndsWith("▁▁▁   ███", lines[^1]);
        Assert.EndsWith("███", lines[^2]);
    }

    [Fact]
    public void A_flat_or_empty_or_evil_curve_is_no_accident()
    {
        var evidence = Samples.Derived.Evidence[0];
        Assert.Empty(TextCurves.Lines(evidence with { Series = [new EvidenceSeries("none", [])] }, 80));
        Assert.Empty(TextCurves.Lines(evidence with { Series = [new EvidenceSeries("nan", [double.NaN, double.PositiveInfinity])] }, 80));
        Assert.NotEmpty(TextCurves.Lines(evidence with { Series = [new EvidenceSeries("flat", [2, 2, 2])] }, 80));
        Assert.All(
            TextCurves.Lines(evidence with { Series = [new EvidenceSeries("long", [.. Enumerable.Range(0, 1000).Select(at => (double)at)])] }, 80),
            line => Assert.True(line.Text.Length <= 80));
    }

    [Fact]
    public void A_layer_map_is_told_in_runs()
    {
        var runs = LayerRun.Of(Samples.Derived.LayerMap);
        Assert.Equal(["0 to 2", "4 to 5"], runs.Select(run => run.SubjectText));
        Assert.Equal(["0 to 2", "3 to 4"], runs.Select(run => run.ReferenceText));
        Assert.Equal((0.61 + 0.59 + 0.55) / 3, runs[0].MeanScore, 12);
    }
}
