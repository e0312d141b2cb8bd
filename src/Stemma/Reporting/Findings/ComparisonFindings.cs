using System.Globalization;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Reporting.Findings;

/// <summary>A comparison as a list of findings: the relation of each pair, the changes found, what limits the answer.</summary>
public static class ComparisonFindings
{
    private const int MostLayers = 512, MostFiles = 64;

    public static FindingList Of(ReportInput input) => new(
        [.. input.Found.Pairs.SelectMany(pair => Of(pair, input))],
        [.. input.Models.SelectMany(model => model.Files.Take(MostFiles).Select(file => new FindingFile(model.Name, file.Name, file.Length, file.Sha256)))]);

    private static IEnumerable<ReportFinding> Of(ComparisonResult pair, ReportInput input)
    {
        var (verdict, subject, reference) = (pair.Verdict, Files(pair.Subject.Name, input), Files(pair.Reference.Name, input));
        IReadOnlyList<FindingPlace> layers = [.. pair.LayerMap.Take(MostLayers).Select(match => new FindingPlace(pair.Subject.Name, Part: $"layers/{match.SubjectLayer}"))];
        yield return new(
            $"relation/{Kebab.Of(verdict.Relation)}", VerdictWords.Meaning(verdict.Relation), KindOf(verdict.Relation), verdict.Summary, [.. subject, .. layers], reference,
            [
                ("relation", Kebab.Of(verdict.Relation)), ("direction", Kebab.Of(verdict.Direction)), ("log10_p", Number(verdict.Log10P)), ("strength", Kebab.Of(verdict.Strength)),
                ("tensors_read", $"{verdict.Coverage.TensorsRead}"), ("tensors_total", $"{verdict.Coverage.TensorsTotal}"), ("subject_digest", pair.Subject.Digest), ("reference_digest", pair.Reference.Digest),
            ]);
        foreach (var operation in verdict.Operations)
            yield return new($"change/{operation.Name}", "A change between two related models, as their weights show it.", FindingKind.Information, $"{pair.Subject.Name} and {pair.Reference.Name}: {operation.Detail}", subject, reference, []);
        foreach (var caveat in pair.Caveats)
            yield return new($"limit/{caveat.Code}", "Something that limits what the answer says.", FindingKind.Information, $"{pair.Subject.Name} and {pair.Reference.Name}: {caveat.Text}", subject, reference, []);
    }

    private static FindingKind KindOf(Relation relation) => relation switch { Relation.Unrelated => FindingKind.Cleared, Relation.Inconclusive => FindingKind.Open, _ => FindingKind.Problem };

    private static IReadOnlyList<FindingPlace> Files(string model, ReportInput input) =>
        input.ModelOf(model) is { Files.Count: > 0 } found ? [.. found.Files.Take(MostFiles).Select(file => new FindingPlace(model, file.Name))] : [new FindingPlace(model)];

    private static string Number(double value) => double.IsFinite(value) ? (value + 0.0).ToString("R", CultureInfo.InvariantCulture) : "-infinity";
}
