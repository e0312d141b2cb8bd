using System.Text.Json.Nodes;
using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting;

public sealed class ReportJsonTests
{
    [Fact]
    public void Same_result_gives_the_same_bytes_whatever_the_order_of_evidence()
    {
        var shuffled = Samples.Derived with { Evidence = [.. Samples.Derived.Evidence.Reverse()] };
        Assert.Equal(ReportJson.Write(Samples.Derived), ReportJson.Write(shuffled));
    }

    [Fact]
    public void Names_that_design_promises_stand_in_the_document()
    {
        var root = JsonNode.Parse(ReportJson.Write(Samples.Derived))!;
        Assert.Equal("stemma.comparison/1", (string?)root["schema"]);
        Assert.Equal("parent", (string?)root["reference"]!["name"]);
        Assert.Equal(2_665_472, (long?)root["subject"]!["parameters"]);
        Assert.Equal("subject-from-reference", (string?)root["verdict"]!["direction"]);
        Assert.Equal("moge-upcycled", (string?)root["verdict"]!["operations"]![0]!["name"]);
        Assert.Equal(["exact", "exact", "calibrated", "descriptive"], root["evidence"]!.AsArray().Select(one => (string?)one!["kind"]));
        Assert.Equal([4.0, 3.0, 0.57], root["layer_map"]![3]!.AsArray().Select(one => (double)one!));
        Assert.Equal("replay-possible", (string?)root["caveats"]![0]!["code"]);
    }

    [Theory]
    [InlineData(Relation.CommonOrigin, "common-origin")]
    [InlineData(Relation.Identical, "identical")]
    [InlineData(Relation.Inconclusive, "inconclusive")]
    public void Relations_are_written_in_kebab_case(Relation relation, string word) =>
        Assert.Equal(word, (string?)JsonNode.Parse(ReportJson.Write(Samples.With(relation, "a", "b")))!["verdict"]!["relation"]);

    [Theory]
    [InlineData("a\u202egpj.exe")]
    [InlineData("a\u001b[31m")]
    [InlineData("zero\u200bwidth")]
    [InlineData("\"quoted\" \\ and \n broken")]
    public void Names_of_strangers_come_back_unchanged_but_never_raw(string name)
    {
        var json = ReportJson.Write(Samples.With(Relation.Unrelated, name, "b"));
        Assert.Equal(name, (string?)JsonNode.Parse(json)!["subject"]!["name"]);
        Assert.DoesNotContain(json, letter => letter != '\n' && (char.IsControl(letter) || char.GetUnicodeCategory(letter) == System.Globalization.UnicodeCategory.Format));
    }

    [Fact]
    public void Minus_zero_is_zero() => Assert.DoesNotContain("-0,", ReportJson.Write(Samples.Derived with { Verdict = Samples.Derived.Verdict with { Log10P = -0.0 } }));
}
