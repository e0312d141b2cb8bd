using System.Globalization;
using Stemma.Benching;
using Stemma.Foundation;

namespace Stemma.Reporting.Benches;

/// <summary>A bench for spreadsheets, as two tables: the methods, or the pairs.</summary>
public static class BenchCsv
{
    /// <summary>A header and a row per method.</summary>
    public static string Methods(BenchResult bench) => CsvText.Table(
        ["method", "auc", "tpr_at_zero_fp", "worst_negative", "worst_negative_subject", "worst_negative_reference",
            "weakest_positive", "weakest_positive_subject", "weakest_positive_reference", "not_applicable", "seconds_per_pair"],
        MethodSummary.Of(bench).Select(m => (IEnumerable<string>)
        [
            CsvText.Cell(m.Method.Name), CsvText.Number(m.Roc.Auc), CsvText.Number(m.Roc.TprAtZeroFp), .. Extreme(m.WorstNegative), .. Extreme(m.WeakestPositive),
            CsvText.Number(m.NotApplicable), m.SecondsPerPair.ToString("0.######", CultureInfo.InvariantCulture),
        ]));

    /// <summary>A header and a row per pair: what is known, what Stemma says, and a column of scores per method.</summary>
    public static string Pairs(BenchResult bench) => CsvText.Table(
        ["subject", "reference", "class", "relation", "grade", "direction", "log10_p", "operations", .. bench.Methods.Select(m => CsvText.Cell(m.Name))],
        bench.Pairs.Select(p => (IEnumerable<string>)
        [
            CsvText.Cell(p.Subject.Name), CsvText.Cell(p.Reference.Name), Kebab.Of(p.Class), Kebab.Of(p.Result.Verdict.Relation), Kebab.Of(p.Grade), Kebab.Of(p.Result.Verdict.Direction),
            CsvText.Number(p.Result.Verdict.Log10P), CsvText.Cell(string.Join(';', p.Result.Verdict.Operations.Select(o => o.Name))), .. p.Scores.Select(s => CsvText.Number(s.Value)),
        ]));

    private static string[] Extreme(ScoredPair? pair) =>
        pair is null ? ["", "", ""] : [CsvText.Number(pair.Value), CsvText.Cell(pair.Pair.Subject.Name), CsvText.Cell(pair.Pair.Reference.Name)];
}
