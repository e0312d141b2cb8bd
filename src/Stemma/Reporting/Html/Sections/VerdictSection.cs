using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Reporting.Html.Charts;

namespace Stemma.Reporting.Html.Sections;

/// <summary>The answer in a sentence and a picture; what was changed, who came first, and what limits the answer.</summary>
internal static class VerdictSection
{
    public static void Write(HtmlText page, ComparisonResult pair, string title)
    {
        var verdict = pair.Verdict;
        page.Open(title).Markup(HtmlNumbers.Raised(HtmlText.Escape(verdict.Summary))).Close();
        page.Open("figure").Markup(RelationChart.Draw(pair)).Close();
        page.Open("div", "facts");
        Fact(page, "relation", HtmlText.Escape(Kebab.Of(verdict.Relation)));
        Fact(page, "direction", HtmlText.Escape(VerdictWords.Direction(pair)));
        Fact(page, "p-value, exact tests together", verdict.Log10P > -0.005 ? "1 (nothing found)" : HtmlNumbers.PValue(verdict.Log10P));
        Fact(page, "coverage: tensors read", $"{TextNumbers.Count(verdict.Coverage.TensorsRead)} of {TextNumbers.Count(verdict.Coverage.TensorsTotal)}");
        page.Close();
        page.Element("p", VerdictWords.Meaning(verdict.Relation), "soft");
    }

    public static void Changes(HtmlText page, ComparisonResult pair, string title)
    {
        var verdict = pair.Verdict;
        if (verdict.Operations.Count > 0)
        {
            page.Element(title, "Changes found").Open("dl");
            foreach (var operation in verdict.Operations) page.Element("dt", operation.Name).Element("dd", operation.Detail);
            page.Close();
        }

        if (verdict.Relation is not (Relation.Derived or Relation.Merged)) return;
        page.Element(title, "Who came first").Element("p", VerdictWords.DirectionSentence(pair));
        if (verdict.DirectionEvidence.Count == 0) return;
        page.Open("ul");
        foreach (var clue in verdict.DirectionEvidence) page.Element("li", $"{clue.Name}: {clue.Detail}");
        page.Close();
    }

    public static void Limits(HtmlText page, ComparisonResult pair, string title)
    {
        page.Element(title, "Limits of this answer");
        foreach (var caveat in pair.Caveats) page.Open("div", "limit").Element("b", caveat.Code).Text(caveat.Text).Close();
        page.Element("p", "A verdict is about weights. Data, code, ideas, or learning from another model's answers leave no trace that is looked for here. Whether a licence was broken is not for a program to say.");
        page.Element("p", pair.WeightsSearched
            ? "The fingerprints alone did not decide, so the weights themselves were searched for a permutation or rotation of the hidden state; that part can be repeated only by somebody who has both models."
            : "The verdict rests on the fingerprints alone, so whoever has these can repeat it without the models.");
    }

    private static void Fact(HtmlText page, string name, string markup) => page.Open("div").Element("span", name).Open("b").Markup(markup).Close().Close();
}
