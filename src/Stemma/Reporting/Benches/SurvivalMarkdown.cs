using System.Globalization;
using System.Text;
using Stemma.Benching;
using Stemma.Comparing;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting.Benches;

/// <summary>The survival table as Markdown, to stand between two markers of a page that people write around it.</summary>
public static class SurvivalMarkdown
{
    public const string Begin = "<!-- survival: begin (written by stemma bench) -->", End = "<!-- survival: end -->";

    /// <summary>A page for a table that has none yet.</summary>
    public static string NewPage => $"# What survives which disguise\n\n{Begin}\n{End}\n";

    /// <summary>The page with the table between its markers.</summary>
    /// <param name="page">A page with both markers, each once.</param>
    /// <param name="file">How a fault calls it.</param>
    /// <param name="body">What to put there.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.WouldOverwrite"/> for a page without the markers: nobody's text is replaced.</exception>
    public static string Insert(string page, string file, string body)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new StemmaException(FaultCode.WouldOverwrite, file, null, "the page has no place for the table", $"{Begin} and {End}", "Put both lines into the page, or name a new one");
        return string.Concat(page.AsSpan(0, begin + Begin.Length), "\n", body, page.AsSpan(end));
    }

    /// <summary>Both tables and the plot.</summary>
    /// <param name="bench">What was measured.</param>
    /// <param name="plot">The plot's file, as seen from the page; empty for none.</param>
    public static string Body(BenchResult bench, string plot)
    {
        var table = SurvivalTable.Of(bench);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n{bench.Models.Count} models, {bench.Of(PairClass.Related).Count()} related and {bench.Of(PairClass.Unrelated).Count()} unrelated pairs.\n");
        if (plot.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\n![Scores of related and unrelated pairs by method]({plot})\n");
        Methods(text, bench);
        var claimed = bench.Of(PairClass.Related).Count(p => p.Result.Verdict.Relation is not (Relation.Unrelated or Relation.Inconclusive));
        text.Append(CultureInfo.InvariantCulture, $"\nStemma claims a relation for {claimed} of the {bench.Of(PairClass.Related).Count()} related pairs; its score also ranks what it leaves undecided above what it clears.\n");
        text.Append("\n## A model against what it was made from\n\n").Append("Exact tests with the highest p of the pairs that they claim alone (below 10^-9); calibrated ones that stand above every control; ")
            .Append("published methods that score above every unrelated pair of the zoo.\n\n");
        Rows(text, table.AgainstAncestors);
        if (table.AgainstRelatives.Count > 0)
        {
            text.Append("\n## A model against relatives that are not its ancestors\n\nBoth sides carry a disguise: each pair stands in two rows, or in one where both have the same.\n\n");
            Rows(text, table.AgainstRelatives);
        }

        Seeds(text, bench);
        return text.Append('\n').ToString();
    }

    private static void Methods(StringBuilder text, BenchResult bench)
    {
        text.Append("\n| method | AUC | TPR at no false positive | worst unrelated pair | not applicable |\n|---|---|---|---|---|\n");
        foreach (var m in MethodSummary.Of(bench))
        {
            var worst = m.WorstNegative is { } pair ? $"{Cell(pair.Pair.Subject.Name)}, {Cell(pair.Pair.Reference.Name)}: {TextNumbers.Score(pair.Value)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {m.Method.Name} | {m.Roc.Auc:0.000} | {m.Roc.TprAtZeroFp:0.000} | {worst} | {m.NotApplicable} |\n");
        }
    }

    private static void Rows(StringBuilder text, IReadOnlyList<SurvivalRow> rows)
    {
        text.Append("| disguise | pairs | answer | exact | calibrated | published |\n|---|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(row.Disguise)} | {row.Pairs} | {string.Join(", ", row.Relations.Select(r => row.Pairs == 1 ? r.Relation : $"{r.Count} {r.Relation}"))} | ");
            text.Append(Caught(row, EvidenceKind.Exact)).Append(" | ").Append(Caught(row, EvidenceKind.Calibrated)).Append(" | ");
            text.Append(Listed(row.Published.Where(p => p.Caught > 0).Select(p => Of(p.Method, p.Caught, row.Pairs)))).Append(" |\n");
        }
    }

    private static void Seeds(StringBuilder text, BenchResult bench)
    {
        if (!bench.Of(PairClass.SameSeed).Any()) return;
        text.Append("\n## Pairs of one seed\n\nThe same random values at the start, other trainings: not independent, and no descent.\n\n| pair | answer | p |\n|---|---|---|\n");
        foreach (var pair in bench.Of(PairClass.SameSeed))
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(pair.Subject.Name)}, {Cell(pair.Reference.Name)} | {Kebab.Of(pair.Result.Verdict.Relation)} | {TextNumbers.PValue(pair.Result.Verdict.Log10P)} |\n");
    }

    private static string Caught(SurvivalRow row, EvidenceKind kind) => Listed(row.Battery.Where(c => c.Kind == kind)
        .Select(c => Of(c.WeakestLog10P is { } p ? $"{c.Method} {TextNumbers.PValue(p)}" : c.Method, c.Caught, row.Pairs)));

    private static string Of(string what, int caught, int pairs) => caught == pairs ? what : $"{what} ({caught})";

    private static string Listed(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } list ? list : "none";

    /// <summary>Text of a zoo in a cell: no character that Markdown would take for its own.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (var letter in ShownText.Escape(text))
        {
            if (letter is '|' or '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '!') cell.Append('\\');
            cell.Append(letter);
        }

        return cell.ToString();
    }
}
