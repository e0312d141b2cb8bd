using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Reporting.Html.Sections;

/// <summary>Several pairs: the counts, then a table.</summary>
internal static class PairsSection
{
    public static void Write(HtmlText page, FamilyFindings found)
    {
        page.Element("h1", PairsText.Headline(found.Pairs)).Open("table").Open("thead");
        page.Row("th", "reference", "subject", "relation", "p-value", "direction", "changes found").Close().Open("tbody");
        foreach (var pair in found.Pairs.OrderBy(pair => pair.Verdict.Relation))
        {
            page.Open("tr").Element("td", pair.Reference.Name).Element("td", pair.Subject.Name).Element("td", Kebab.Of(pair.Verdict.Relation), "name");
            page.Open("td", "number").Markup(HtmlNumbers.PValue(pair.Verdict.Log10P)).Close().Element("td", VerdictWords.Direction(pair));
            page.Element("td", string.Join(", ", pair.Verdict.Operations.Select(operation => operation.Name))).Close();
        }

        page.Close().Close();
        var full = ShownInFull(found.Pairs).Count;
        page.Element("p", full == found.Pairs.Count ? "Every pair follows in full." : $"The {full} closest pairs follow in full; compare two models alone for the evidence of any other pair.", "note");
    }

    /// <summary>Related pairs first; strangers only where there is room.</summary>
    public static IReadOnlyList<ComparisonResult> ShownInFull(IReadOnlyList<ComparisonResult> pairs) =>
        [.. pairs.Index().OrderBy(p => p.Item.Verdict.Relation).ThenBy(p => p.Index).Take(HtmlReport.MostFullPairs).Select(p => p.Item)];
}
