using System.Globalization;
using Stemma.Benching;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting.Benches;

/// <summary>
/// Where the scores of related and of unrelated pairs lie, one row per method: related pairs as bars upwards, unrelated ones downwards, the highest unrelated score as
/// a line. What stands to the right of the line is told without a false positive.
/// </summary>
public static class SurvivalSvg
{
    private const int Width = 760, Left = 170, Right = 24, Top = 78, RowHeight = 78, BarHeight = 24, Bins = 72;
    private const double Plot = Width - Left - Right, BarWidth = Plot / Bins;

    public static string Write(BenchResult bench)
    {
        var methods = MethodSummary.Of(bench);
        var svg = new SvgText(Width, Top + (methods.Count * RowHeight) + 14, "Scores of related and unrelated pairs by method");
        Legend(svg, bench);
        for (var at = 0; at < methods.Count; at++) Row(svg, bench, methods[at], at, Top + (at * RowHeight));
        return svg.ToString();
    }

    private static void Legend(SvgText svg, BenchResult bench)
    {
        svg.Text(16, 26, "title", "Scores of related and unrelated pairs by method");
        svg.Rect(16, 40, 12, 12, "related");
        svg.Text(34, 50, "note", $"{bench.Of(PairClass.Related).Count()} related pairs (up)");
        svg.Rect(206, 40, 12, 12, "unrelated");
        svg.Text(224, 50, "note", $"{bench.Of(PairClass.Unrelated).Count()} unrelated pairs (down)");
        svg.Line(424, 38, 424, 54, "limit");
        svg.Text(432, 50, "note", "highest unrelated score; bars: root of the count");
    }

    private static void Row(SvgText svg, BenchResult bench, MethodSummary method, int at, double top)
    {
        // -log10 p runs over three orders of magnitude.
        var logarithmic = at > 0 && bench.Pairs.Any(p => p.Scores[at].Log10P is not null);
        double Scale(double score) => logarithmic ? Math.Sign(score) * Math.Log10(1 + Math.Abs(score)) : score;
        double[] Scores(PairClass kind) => [.. bench.Of(kind).Select(p => Scale(p.Scores[at].Value))];
        var (related, unrelated) = (Scores(PairClass.Related), Scores(PairClass.Unrelated));
        var all = bench.Pairs.Select(p => p.Scores[at].Value).ToList();
        if (all.Count == 0) return;
        var (least, most) = (Scale(all.Min()), Scale(all.Max()));
        var range = most > least ? most - least : 1;
        int Bin(double score) => Math.Clamp((int)((score - least) / range * Bins), 0, Bins - 1);
        var (up, down) = (Histogram(related, Bin), Histogram(unrelated, Bin));
        var highest = Math.Sqrt(Math.Max(1, Math.Max(up.Max(), down.Max())));
        var axis = top + BarHeight + 8;
        svg.Text(16, axis - 6, "name", method.Method.Name);
        svg.Text(16, axis + 12, "note", string.Create(CultureInfo.InvariantCulture, $"AUC {method.Roc.Auc:0.000}"));
        svg.Text(16, axis + 28, "note", string.Create(CultureInfo.InvariantCulture, $"TPR at no FP {method.Roc.TprAtZeroFp:0.000}"));
        for (var bin = 0; bin < Bins; bin++)
        {
            var (x, rise, fall) = (Left + (bin * BarWidth), Math.Sqrt(up[bin]) / highest * BarHeight, Math.Sqrt(down[bin]) / highest * BarHeight);
            if (up[bin] > 0) svg.Rect(x, axis - rise, BarWidth - 1, rise, "related");
            if (down[bin] > 0) svg.Rect(x, axis, BarWidth - 1, fall, "unrelated");
        }

        svg.Line(Left, axis, Left + Plot, axis, "axis");
        var limit = Left + ((unrelated.DefaultIfEmpty(least).Max() - least) / range * Plot);
        svg.Line(limit, axis - BarHeight - 4, limit, axis + BarHeight + 4, "limit");
        var ticks = axis + BarHeight + 16;
        if (method.Method.Name == StemmaScore.Method)
        {
            foreach (var (relation, rank) in StemmaScore.Ranks.Where(r => r.Relation != Relation.Merged && r.Rank >= least && r.Rank < most)) svg.Text(Left + ((rank - least) / range * Plot), ticks, "tick", Kebab.Of(relation));
            return;
        }

        svg.Text(Left, ticks, "tick", TextNumbers.Score(all.Min()));
        svg.Text(Left + Plot, ticks, "tick end", TextNumbers.Score(all.Max()));
        if (limit > Left + 60 && limit < Left + Plot - 60 && method.WorstNegative is { } worst) svg.Text(limit, ticks, "tick middle", TextNumbers.Score(worst.Value));
    }

    private static int[] Histogram(double[] scores, Func<double, int> bin)
    {
        var counts = new int[Bins];
        foreach (var score in scores) counts[bin(score)]++;
        return counts;
    }
}
