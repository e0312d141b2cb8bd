using System.Globalization;
using Stemma.Benching;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting.Benches;

/// <summary>A bench for people: the methods side by side, then how Stemma's own answers stand to what is known.</summary>
public static class BenchText
{
    private static readonly TextColumn[] Methods =
        [new("method"), new("AUC", Right: true), new("TPR@0FP", Right: true), new("unrelated up to", Right: true), new("related from", Right: true), new("n/a", Right: true), new("s/pair", Right: true)];

    private static readonly TextColumn[] Extremes = [new("method"), new("worst unrelated pair", Flexible: true), new("weakest related pair", Flexible: true)];

    private static readonly TextColumn[] Changes = [new("model"), new("parent"), new("found", Flexible: true), new("missed", Flexible: true), new("not declared", Flexible: true)];

    /// <summary>The whole text.</summary>
    public static IReadOnlyList<TextLine> Lines(BenchResult bench, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(bench), width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.Add(new(""));
        var methods = MethodSummary.Of(bench);
        lines.AddRange(TextTable.Lines(Methods, [.. methods.Select(Row)], width));
        lines.AddRange(ShownText.Wrap(Claims(bench), width - 2).Select(line => new TextLine("  " + line, TextTone.Faint)));
        lines.AddSection("At the edges", TextTable.Lines(Extremes, [.. methods.Select(m => (IReadOnlyList<string>)[m.Method.Name, Name(m.WorstNegative), Name(m.WeakestPositive)])], width));
        lines.AddSection("Stemma's answers", TextTable.Lines(Answers(bench), [.. AnswerRows(bench)], width));
        lines.AddSection("Wrong, undecided or short of descent", TextSections.Pairs(WrongRows(bench), width));
        lines.AddSection("Pairs of one seed", TextSections.Pairs(bench.Of(PairClass.SameSeed)
            .GroupBy(p => p.Result.Verdict.Relation).OrderBy(g => g.Key).Select(g => ($"{g.Count()} {Kebab.Of(g.Key)}", PairNames.Of(g))), width));
        lines.AddSection("Declared changes of each model against its parents", Operations(bench, width));
        lines.AddSection("Layer maps", TextSections.Pairs(DeclaredChecks.LayerMaps(bench).Select(m =>
            ($"{m.Model.Name}, {m.Parent.Name}", $"{m.Agreeing + m.Wrong} matches found for {m.Mapped} layers that continue one; {m.Wrong} of them wrong")), width));
        var directions = DeclaredChecks.Directions(bench);
        lines.AddSection("Directions of derived pairs", [new($"  {directions.Right} right, {directions.Undetermined} undetermined, {directions.Wrong} wrong")]);
        return lines;
    }

    private static string Headline(BenchResult bench)
    {
        var grades = bench.Pairs.GroupBy(p => p.Grade).ToDictionary(g => g.Key, g => g.Count());
        int Count(Grade grade) => grades.GetValueOrDefault(grade);
        return $"{bench.Models.Count} models, {bench.Pairs.Count} pairs: {bench.Of(PairClass.Related).Count()} related, {bench.Of(PairClass.SameSeed).Count()} of one seed, "
            + $"{bench.Of(PairClass.Unrelated).Count()} unrelated. Stemma: {Count(Grade.FalseAccusation)} false accusations, {Count(Grade.FalseClearance)} false clearances, "
            + $"{Count(Grade.ShortOfDescent)} short of descent, {Count(Grade.Undecided)} undecided, {Count(Grade.Right)} right.";
    }

    /// <summary>A score also ranks answers that claim nothing, so what is claimed is said beside it.</summary>
    private static string Claims(BenchResult bench)
    {
        int Claimed(PairClass kind) => bench.Of(kind).Count(p => p.Result.Verdict.Relation is not (Relation.Unrelated or Relation.Inconclusive));
        return $"Stemma claims a relation for {Claimed(PairClass.Related)} of {bench.Of(PairClass.Related).Count()} related pairs and for {Claimed(PairClass.Unrelated)} of "
            + $"{bench.Of(PairClass.Unrelated).Count()} unrelated ones; its score also ranks what it leaves undecided above what it clears.";
    }

    private static IReadOnlyList<string> Row(MethodSummary m) =>
    [
        m.Method.Name, Share(m.Roc.Auc), Share(m.Roc.TprAtZeroFp), Value(m.WorstNegative?.Value), Value(m.WeakestPositive?.Value),
        m.NotApplicable == 0 ? "" : TextNumbers.Count(m.NotApplicable), m.SecondsPerPair.ToString("0.000", CultureInfo.InvariantCulture),
    ];

    private static TextColumn[] Answers(BenchResult bench) =>
        [new("answer"), .. Classes(bench).Select(kind => new TextColumn(Words(kind), Right: true))];

    private static IEnumerable<IReadOnlyList<string>> AnswerRows(BenchResult bench) =>
        from relation in Enum.GetValues<Relation>()
        let counts = Classes(bench).Select(kind => bench.Of(kind).Count(p => p.Result.Verdict.Relation == relation)).ToList()
        where counts.Sum() > 0
        select (IReadOnlyList<string>)[Kebab.Of(relation), .. counts.Select(c => c == 0 ? "" : TextNumbers.Count(c))];

    private static IEnumerable<PairClass> Classes(BenchResult bench) => Enum.GetValues<PairClass>().Where(kind => bench.Of(kind).Any());

    /// <summary>Pairs with one fault, one reason and one truth together; the first caveat of an answer is its reason.</summary>
    private static IEnumerable<(string, string)> WrongRows(BenchResult bench) =>
        bench.Pairs.Where(p => p.Grade != Grade.Right)
            .GroupBy(p => (p.Grade, p.Class, Reason: p.Result.Caveats.Count > 0 ? p.Result.Caveats[0].Code : ""))
            .OrderByDescending(g => g.Key.Grade).ThenBy(g => g.Key.Class).ThenBy(g => g.Key.Reason, StringComparer.Ordinal)
            .Select(g => ($"{g.Count()} {Words(g.Key.Class)}: {Kebab.Of(g.Key.Grade)}{(g.Key.Reason.Length > 0 ? $" ({g.Key.Reason})" : "")}", PairNames.Of(g)));

    private static IEnumerable<TextLine> Operations(BenchResult bench, int width)
    {
        var checks = DeclaredChecks.Operations(bench);
        if (checks.Count == 0) return [];
        var rows = checks.Where(c => c.Missed.Count + c.Others.Count > 0)
            .Select(c => (IReadOnlyList<string>)[c.Model.Name, c.Parent.Name, Listed(c.Hits), Listed(c.Missed), Listed(c.Others)]).ToList();
        var sum = $"{checks.Sum(c => c.Hits.Count)} of {checks.Sum(c => c.Declared.Count)} found; {checks.Sum(c => c.Others.Count)} named that are not declared.";
        return [new("  " + sum), .. rows.Count == 0 ? [] : TextTable.Lines(Changes, rows, width)];
    }

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "-" : string.Join(", ", names);

    private static string Name(ScoredPair? pair) => pair is null ? "" : $"{pair.Pair.Subject.Name}, {pair.Pair.Reference.Name}";

    private static string Words(PairClass kind) => kind == PairClass.SameSeed ? "of one seed" : Kebab.Of(kind);

    private static string Share(double share) => double.IsNaN(share) ? "" : share.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Value(double? value) => value is { } v ? TextNumbers.Score(v) : "";
}
