using System.Text.Json;
using Stemma.Auditing;
using Stemma.Auditing.Vocabularies;
using Stemma.Foundation;

namespace Stemma.Reporting;

/// <summary>An audit as JSON; the fields are described in <c>schema/</c>.</summary>
public static class AuditJson
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "stemma.audit/1";

    public static string Write(ModelAudit audit) => JsonDocumentWriter.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("subject", audit.Subject.Name);
        Names(json, "references", audit.References.Select(reference => reference.Name));
        json.WriteStartArray("findings");
        foreach (var finding in audit.Findings) Finding(json, finding);
        json.WriteEndArray();
        AuditSectionsJson.Write(json, audit);
        if (audit.Vocabulary is { } vocabulary) Vocabulary(json, vocabulary);
        json.WriteEndObject();
    });

    private static void Vocabulary(Utf8JsonWriter json, VocabularyAudit audit)
    {
        json.WriteStartObject("vocabulary");
        json.WriteStartArray("models");
        foreach (var figures in audit.References.Prepend(audit.Subject)) Figures(json, figures);
        json.WriteEndArray();
        json.WriteStartArray("comparisons");
        foreach (var comparison in audit.Comparisons) Comparison(json, comparison);
        json.WriteEndArray();
        json.WriteStartArray("stretches");
        foreach (var block in audit.Blocks)
        {
            json.WriteStartObject();
            json.WriteNumber("first_id", block.First);
            json.WriteNumber("last_id", block.Last);
            json.WriteString("reference", block.Reference);
            json.WriteNumber("telling_tokens", block.Telling);
            json.WriteNumber("in_order", block.InOrder);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Finding(Utf8JsonWriter json, AuditFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("code", finding.Code);
        json.WriteString("section", finding.Section);
        json.WriteString("weight", Kebab.Of(finding.Weight));
        json.WriteString("sentence", finding.Sentence);
        json.WriteString("reference", finding.Reference.Length == 0 ? null : finding.Reference);
        Place(json, "", finding.Place);
        Place(json, "reference_", finding.OtherPlace);
        json.WriteStartObject("numbers");
        foreach (var (name, value) in finding.Numbers) json.Number(name, value);
        json.WriteEndObject();
        json.Rows("ids", finding.Ids.Select(range => new double[] { range.First, range.Last }));
        json.WriteEndObject();
    }

    /// <summary>Where it stands: <c>file</c>, <c>line</c>, <c>last_line</c>, each null for none.</summary>
    private static void Place(Utf8JsonWriter json, string before, AuditPlace? place)
    {
        json.WriteString(before + "file", place is { File.Length: > 0 } ? place.File : null);
        json.Number(before + "line", place?.Line);
        json.Number(before + "last_line", place?.LastLine ?? place?.Line);
    }

    private static void Figures(Utf8JsonWriter json, VocabularyFigures figures)
    {
        json.WriteStartObject();
        json.WriteString("name", figures.Name);
        json.WriteString("source", figures.Source);
        json.WriteString("kind", figures.Kind);
        json.WriteNumber("ids", figures.Ids);
        json.WriteNumber("telling_tokens", figures.Telling);
        Names(json, "control_tokens", figures.ControlTokens);
        json.WriteString("note", figures.Note.Length == 0 ? null : figures.Note);
        json.WriteStartArray("samples");
        foreach (var cut in figures.Samples)
        {
            json.WriteStartObject();
            json.WriteString("text", cut.Text);
            json.WriteNumber("tokens", cut.Tokens);
            json.Number("bytes_per_token", cut.BytesPerToken);
            json.Number("fertility", cut.Fertility);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Comparison(Utf8JsonWriter json, VocabularyComparison comparison)
    {
        var shared = comparison.Shared;
        json.WriteStartObject();
        json.WriteString("reference", comparison.Reference);
        json.WriteNumber("shared_tokens", shared.Count);
        json.Number("jaccard", shared.Jaccard);
        json.Number("of_subject", shared.OfSubject);
        json.Number("of_reference", shared.OfReference);
        json.WriteNumber("same_ids", shared.SameIds);
        json.Number("spearman", shared.Spearman);
        json.Number("kendall", shared.Kendall);
        json.Number("merge_ranks", shared.MergeRanks);
        json.Number("neighbours_kept", shared.NeighboursKept);
        json.Number("chat_template", comparison.ChatTemplate);
        Names(json, "control_tokens", comparison.ControlTokens);
        json.WriteStartArray("training_settings");
        foreach (var (field, value) in comparison.TrainingSettings.OrderBy(setting => setting.Key))
        {
            json.WriteStartObject();
            json.WriteNumber("field", field);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Rows("id_runs", comparison.Runs.Select(run => new double[] { run.Subject, run.Reference, run.Length }));
        json.WriteEndObject();
    }

    private static void Names(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
