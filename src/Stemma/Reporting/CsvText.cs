using System.Globalization;
using System.Text;

namespace Stemma.Reporting;

/// <summary>Tables for spreadsheets and data frames (RFC 4180: CRLF, quotes doubled).</summary>
internal static class CsvText
{
    /// <summary>A header and rows of finished cells.</summary>
    public static string Table(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        var csv = new StringBuilder().AppendJoin(',', header).Append("\r\n");
        foreach (var row in rows) csv.AppendJoin(',', row).Append("\r\n");
        return csv.ToString();
    }

    /// <summary>Empty when it is not finite.</summary>
    public static string Number(double value) => double.IsFinite(value) ? (value + 0.0).ToString("R", CultureInfo.InvariantCulture) : "";

    /// <summary>
    /// A cell of text. A spreadsheet runs what begins with = + - or @ as a formula, so such text gets an apostrophe in front:
    /// model names come from strangers.
    /// </summary>
    public static string Cell(string text)
    {
        var safe = ShownText.Escape(text);
        if (safe.TrimStart() is ['=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20', ..]) safe = "'" + safe;
        return safe.AsSpan().IndexOfAny("\",;\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"")}\"";
    }
}
