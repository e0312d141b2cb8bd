using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>One row per pair, for spreadsheets and data frames.</summary>
public static class ReportCsv
{
    private static readonly string[] Header =
        ["subject", "reference", "relation", "direction", "log10_p", "strength", "operations", "tensors_read", "tensors_total", "caveats", "summary",
         "direction_evidence"];

    /// <summary>A header and a row per comparison. Operations and caveat codes are separated by semicolons; a log10 p that is not finite is empty.</summary>
    public static string Write(IEnumerable<ComparisonResult> results) => CsvText.Table(Header, results.Select(Row));

    private static IEnumerable<string> Row(ComparisonResult result)
    {
        var verdict = result.Verdict;
        return
        [
            CsvText.Cell(result.Subject.Name), CsvText.Cell(result.Reference.Name), Kebab.Of(verdict.Relation), Kebab.Of(verdict.Direction), CsvText.Number(verdict.Log10P),
            Kebab.Of(verdict.Strength), CsvText.Cell(string.Join(';', verdict.Operations.Select(operation => operation.Name))),
            CsvText.Number(verdict.Coverage.TensorsRead), CsvText.Number(verdict.Coverage.TensorsTotal),
            CsvText.Cell(string.Join(';', result.Caveats.Select(caveat => caveat.Code))), CsvText.Cell(verdict.Summary),
            CsvText.Cell(string.Join(';', verdict.DirectionEvidence.Select(clue => clue.Name))),
        ];
    }
}
