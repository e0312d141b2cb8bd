using Stemma.Fingerprints;
using Stemma.Judging;

namespace Stemma.Reporting.Html.Sections;

/// <summary>What was compared: digests, files, sizes, and what was not read.</summary>
internal static class ModelsSection
{
    private const int MostFiles = 20;

    public static void Write(HtmlText page, ReportInput input)
    {
        page.Element("h2", "What was compared");
        page.Element("p", "The digest names the exact weights: it is made of all tensors, and does not depend on how they are spread over files.", "note");
        page.Open("table").Open("thead").Row("th", "model", "architecture", "parameters", "digest of the weights").Close().Open("tbody");
        foreach (var party in input.Found.Pairs.SelectMany(pair => new[] { pair.Reference, pair.Subject }).DistinctBy(party => party.Name)) Row(page, party);
        page.Close().Close();
        foreach (var model in input.Models) Files(page, model);
    }

    private static void Row(HtmlText page, Party party)
    {
        page.Open("tr").Element("td", party.Name, "name").Element("td", party.Architecture).Element("td", TextNumbers.Count(party.Parameters), "number");
        page.Open("td").Element("code", party.Digest).Close().Close();
    }

    private static void Files(HtmlText page, Fingerprint model)
    {
        page.Element("h3", model.Name);
        page.Element("p", $"{TextNumbers.Count(model.Sketch.Tensors.Count)} tensors in {model.Format}; recipe {model.Sketch.Recipe.Version} of the fingerprint"
            + (model.DeclaredArchitecture is { } declared ? $"; it calls itself {declared} (shown, never trusted)." : "."));
        page.Open("ul");
        foreach (var file in model.Files.Take(MostFiles))
        {
            page.Open("li").Text($"{file.Name}, {TextNumbers.Bytes(file.Length)}");
            if (file.Sha256 is { } hash) page.Text(", SHA-256 ").Element("code", hash);
            page.Close();
        }

        if (model.Files.Count > MostFiles) page.Element("li", $"and {model.Files.Count - MostFiles} more files");
        page.Close();
        foreach (var notice in model.Notices) page.Element("p", $"{notice.Code}: {notice.Text}", "quiet soft");
    }
}
