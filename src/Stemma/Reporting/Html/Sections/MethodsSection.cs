using Stemma.Judging;

namespace Stemma.Reporting.Html.Sections;

/// <summary>What each method that was used looks at, in words.</summary>
internal static class MethodsSection
{
    public static void Write(HtmlText page, IReadOnlyList<ComparisonResult> pairs)
    {
        var methods = pairs.SelectMany(pair => ReportOrder.Of(pair.Evidence)).Select(one => one.Method).Distinct(StringComparer.Ordinal).ToList();
        if (methods.Count == 0) return;
        page.Element("h2", "Methods")
            .Open("p").Markup(HtmlNumbers.Raised(HtmlText.Escape("A p-value is the chance of such agreement if the models had been initialised and trained independently. It is not the probability that somebody copied. All exact tests together: Fisher's method. A relation is claimed below p = 10^-9; comparing all pairs of 30,000 unrelated models would then give less than one false claim."))).Close()
            .Open("dl");
        foreach (var guide in methods.Select(method => (Name: method, Guide: MethodGuide.Of(method))))
            page.Element("dt", $"{guide.Guide.Title} ({guide.Name})").Element("dd", $"{guide.Guide.Does} {guide.Guide.Blind}".Trim());
        page.Close();
    }
}
