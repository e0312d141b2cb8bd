using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting;

public sealed class ReportCsvTests
{
    [Fact]
    public void A_row_has_a_cell_per_column()
    {
        var rows = Rows(ReportCsv.Write([Samples.Derived, Samples.Unrelated]));
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        var first = rows[0].Zip(rows[1]).ToDictionary(pair => pair.First, pair => pair.Second);
        Assert.Equal("suspect", first["subject"]);
        Assert.Equal("derived", first["relation"]);
        Assert.Equal("-118.4", first["log10_p"]);
        Assert.Equal("moge-upcycled;continued-pretraining", first["operations"]);
        Assert.Equal("replay-possible", first["caveats"]);
        Assert.Equal(Samples.Derived.Verdict.Summary, first["summary"]);
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("  =1")]
    [InlineData("\uFF1D1")]
    public void A_name_is_never_a_formula(string name)
    {
        var cell = Rows(ReportCsv.Write([Samples.With(Relation.Unrelated, name, "b")]))[1][0];
        Assert.StartsWith("'", cell);
        Assert.EndsWith(name, cell);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("say \"no\"")]
    [InlineData("a;b")]
    public void Separators_and_quotes_survive(string name) => Assert.Equal(name, Rows(ReportCsv.Write([Samples.With(Relation.Unrelated, name, "b")]))[1][0]);

    [Fact]
    public void Line_breaks_in_a_name_make_no_new_row() => Assert.Equal(2, Rows(ReportCsv.Write([Samples.With(Relation.Unrelated, "a\r\nb", "c")])).Count);

    /// <summary>A reader of RFC 4180, independent of the writer.</summary>
    private static List<List<string>> Rows(string csv)
    {
        var rows = new List<List<string>>();
        var (row, cell, quoted) = (new List<string>(), "", false);
        for (var at = 0; at < csv.Length; at++)
        {
            var letter = csv[at];
            if (quoted && letter == '"' && at + 1 < csv.Length && csv[at + 1] == '"') (cell, at) = (cell + '"', at + 1);
            else if (letter == '"') quoted = !quoted;
            else if (letter == ',' && !quoted) (cell, row) = ("", [.. row, cell]);
            else if (letter == '\r' && !quoted && csv[at + 1] == '\n')
            {
                rows.Add([.. row, cell]);
                (row, cell, at) = ([], "", at + 1);
            }
            else cell += letter;
        }

        return rows;
    }
}
