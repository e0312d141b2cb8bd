using Stemma.Foundation;

namespace Stemma.Reporting.Verifying;

/// <summary>A verification for people: the answer first, then every check.</summary>
public static class VerificationText
{
    private const int DifferencesShown = 8;

    public static IReadOnlyList<TextLine> Lines(Verification verification, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        lines.AddRange(ShownText.Wrap(Headline(verification), width).Select(line => new TextLine(line, TextTone.Headline)));
        if (verification.Summary.Length > 0) lines.AddSection("What the report says", ShownText.Wrap(verification.Summary, width - 2).Select(line => new TextLine("  " + line)));
        lines.AddSection("What was checked", TextSections.Pairs(verification.Checks.Select(check => ($"{Word(check.State)} {check.Name}", check.Text)), width));
        foreach (var check in verification.Checks.Where(check => check.Differences.Count > 0)) lines.AddSection($"Where {SafeText.Escape(check.Name)} differs", Differences(check, width));
        return lines;
    }

    private static string Headline(Verification verification) => verification.Outcome switch
    {
        VerificationOutcome.Same => $"{verification.File}: verified. Everything in it was checked and is as it says.",
        VerificationOutcome.PartlySame => $"{verification.File}: verified in part. What could be checked is as it says; the rest could not be checked here.",
        _ => $"{verification.File}: NOT verified. Something is not as it says.",
    };

    private static string Word(CheckState state) => state switch { CheckState.Passed => "ok", CheckState.Failed => "FALSE", _ => "open" };

    private static IEnumerable<TextLine> Differences(VerificationCheck check, int width)
    {
        foreach (var one in check.Differences.Take(DifferencesShown))
        {
            foreach (var line in ShownText.Wrap(one.Place, width - 2)) yield return new("  " + line, TextTone.Warning);
            foreach (var line in ShownText.Wrap($"expected {one.Expected}", width - 4)) yield return new("    " + line);
            foreach (var line in ShownText.Wrap($"found {one.Found}", width - 4)) yield return new("    " + line);
        }

        if (check.Differences.Count > DifferencesShown) yield return new($"  and {check.Differences.Count - DifferencesShown} more places");
    }
}
