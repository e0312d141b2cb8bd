using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting.Html.Charts;

/// <summary>The answer as a picture: two boxes and what stands between them.</summary>
internal static class RelationChart
{
    private const double Width = 760, Box = 280, Height = 84;

    public static string Draw(ComparisonResult pair)
    {
        var verdict = pair.Verdict;
        var word = Kebab.Of(verdict.Relation);
        var svg = new Svg(Width, Height, $"{pair.Reference.Name} and {pair.Subject.Name}: {word}, direction {Kebab.Of(verdict.Direction)}.");
        Side(svg, 1, pair.Reference, "reference (the known model)");
        Side(svg, Width - Box - 1, pair.Subject, "subject (the model in question)");
        var (from, to, y) = (Box + 10, Width - Box - 10, 48);
        svg.Text(Width / 2, 34, word, "head middle");
        if (verdict.Direction == Direction.ReferenceFromSubject) svg.Arrow(to, from, y);
        else if (verdict.Direction == Direction.SubjectFromReference) svg.Arrow(from, to, y);
        else if (verdict.Relation is not (Relation.Unrelated or Relation.Inconclusive)) svg.Line(from, y, to, y, "arrow");
        svg.Text(Width / 2, 68, DirectionWords(verdict), "soft middle");
        return svg.ToString();
    }

    private static void Side(Svg svg, double x, Party party, string role)
    {
        svg.Rect(x, 1, Box, Height - 2, "box");
        svg.Text(x + 12, 22, role, "soft");
        svg.Text(x + 12, 45, Legend.Shorten(party.Name, 32), "head");
        svg.Text(x + 12, 67, Legend.Shorten($"{party.Architecture}, {TextNumbers.Count(party.Parameters)} parameters", 42), "soft");
    }

    private static string DirectionWords(Verdict verdict) => verdict.Direction switch
    {
        Direction.SubjectFromReference or Direction.ReferenceFromSubject => "arrow: from the older side",
        Direction.CommonAncestor => "from a common ancestor",
        _ => verdict.Relation switch
        {
            Relation.Unrelated => "nothing in common found",
            Relation.Inconclusive => "cannot be told",
            Relation.Identical => "the same weights",
            _ => "direction not known",
        },
    };
}
