namespace Stemma.Reporting.Html.Sections;

/// <summary>How somebody else checks this page.</summary>
internal static class RecheckSection
{
    public static void Write(HtmlText page, ReportInput input)
    {
        var models = input.Found.Pairs.SelectMany(pair => new[] { pair.Reference.Name, pair.Subject.Name }).Distinct(StringComparer.Ordinal).ToList();
        page.Element("h2", "How to check this yourself");
        page.Element("p", "Stemma runs on a laptop, needs no GPU, sends nothing anywhere and runs no code of the models. With the models:");
        page.Element("pre", $"stemma compare {string.Join(' ', models.Select(Quoted))} -o report=check.stemma-report -o html=check.html");
        page.Element("p", "gives this page again, and a report file that holds the fingerprints. The digests above must be the same. With the report file alone, without the models:");
        page.Element("pre", "stemma verify check.stemma-report");
        page.Element("p", "repeats the verdict from the fingerprints and compares every number, and says which part it could not repeat without the weights. " +
            "stemma explain check.stemma-report tells it in plain words; stemma sign signs it, so that nobody can change it afterwards unseen.");
    }

    /// <summary>A name as one word of a command line.</summary>
    private static string Quoted(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
