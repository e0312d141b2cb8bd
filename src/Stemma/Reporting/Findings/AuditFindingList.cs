using System.Globalization;
using Stemma.Auditing;

namespace Stemma.Reporting.Findings;

/// <summary>An audit as a list of findings: what a person should look at is a problem, the rest information.</summary>
public static class AuditFindingList
{
    public static FindingList Of(ModelAudit audit) => new([.. audit.Findings.Select(finding => Of(finding, audit.Subject.Name)), .. audit.NotLookedAt.Select(one => NotLookedAt(one, audit.Subject.Name))], []);

    private static ReportFinding Of(AuditFinding finding, string subject) => new(
        $"{finding.Section}/{finding.Code}", RuleText(finding.Section), finding.Weight == FindingWeight.Check ? FindingKind.Problem : FindingKind.Information, finding.Sentence,
        [Place(subject, finding.Place)], finding.Reference.Length == 0 ? [] : [Place(finding.Reference, finding.OtherPlace)],
        [.. finding.Numbers.Select(number => (number.Key, number.Value.ToString("R", CultureInfo.InvariantCulture)))]);

    private static ReportFinding NotLookedAt((string What, string Why) one, string subject) =>
        new("limit/not-looked-at", "Something that the audit did not look at.", FindingKind.Open, $"{one.What} was not looked at: {one.Why}", [new(subject)], [], []);

    private static FindingPlace Place(string model, AuditPlace? place) => new(model, place?.File ?? "") { Line = place?.Line, LastLine = place?.LastLine };

    private static string RuleText(string section) => section switch
    {
        "sources" => "A name, header, note or licence in a file of the folder that the folder does not declare.",
        "declarations" => "What a folder declares, held against its other declarations and against measured weights.",
        "similarity" => "Code that stands in two folders.",
        _ => "What two tokenizers have in common.",
    };
}
