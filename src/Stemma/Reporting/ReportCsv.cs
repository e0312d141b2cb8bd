using System.Globalization;
using System.Text;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>One row per pair, for spreadsheets and data frames (RFC 4180: CRLF, quotes doubled).</summary>
public static class ReportCsv
{
    private const string Header = "subject,reference,relation,direction,log10_p,strength,operations,tensors_read,tensors_total,caveats,summary,direction_evidence";

    /// <summary>A header and a row per comparison. Operations and caveat codes are separated by semicolons; a log10 p that is not finite is empty.</summary>
    public static string Write(IEnumerable<ComparisonResult> results)
    {
        var csv = new StringBuilder(Header).Append("\r\n");
        foreach (var result in results)
        {
            var verdict = result.Verdict;
            string[] cells =
            [
                Text(result.Subject.Name), Text(result.Reference.Name), Kebab.Of(verdict.Relation), Kebab.Of(verdict.Direction), Number(verdict.Log10P),
                Kebab.Of(verdict.Strength), Text(string.Join(';', verdict.Operations.Select(operation => operation.Name))),
                Number(verdict.Coverage.TensorsRead), Number(verdict.Coverage.TensorsTotal),
                Text(string.Join(';', result.Caveats.Select(caveat => caveat.Code))), Text(verdict.Summary),
                Text(string.Join(';', verdict.DirectionEvidence.Select(clue => clue.Name))),
            ];
            csv.AppendJoin(',', cells).Append("\r\n");
        }

        return csv.ToString();
    }

    private static string Number(double value) => double.IsFinite(value) ? (value + 0.0).ToString("R", CultureInfo.InvariantCulture) : "";

    /// <summary>
    /// A cell of text. A spreadsheet runs what begins with = + - or @ as a formula, so such text gets an apostrophe in front:
    /// model names come from strangers.
    /// </summary>
    private static string Text(string text)
    {
        var safe = ShownText.Escape(text);
        if (safe.TrimStart() is ['=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20', ..]) safe = "'" + safe;
        return safe.AsSpan().IndexOfAny("\",;\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"")}\"";
    }
}
