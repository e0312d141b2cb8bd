using System.Text.Json;
using Stemma.Auditing;
using Stemma.Foundation;

namespace Stemma.Reporting.CycloneDx;

/// <summary>An audited model as a CycloneDX 1.6 bill of materials (ECMA-424): the licences that it states, ancestors where the weights showed them, findings as properties. The same audit gives the same bytes.</summary>
public static class AuditBom
{
    public static string Write(ModelAudit audit) => JsonDocumentWriter.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteNumber("version", 1);
        json.WriteStartObject("metadata");
        json.WriteStartObject("component");
        json.WriteString("type", "machine-learning-model");
        json.WriteString("bom-ref", "model-0");
        json.WriteString("name", audit.Subject.Name);
        Objects(json, "licenses", audit.Subject.Declared.Licences, licence =>
        {
            json.WriteStartObject("license");
            json.WriteString("name", licence);
            json.WriteEndObject();
        });
        var ancestors = audit.Measured.Where(one => one.MayBeAncestor && one.Direction == Judging.Direction.SubjectFromReference).ToList();
        if (ancestors.Count > 0)
        {
            json.WriteStartObject("pedigree");
            Objects(json, "ancestors", ancestors, one =>
            {
                json.WriteString("type", "machine-learning-model");
                json.WriteString("name", one.Reference);
            });
            json.WriteString("notes", string.Join(' ', ancestors.Select(one => one.Summary)));
            json.WriteEndObject();
        }

        Objects(json, "properties", [.. audit.Subject.Declared.All.Select(one => ($"stemma:declared:{SafeText.Escape(one.Key)}", one.Value)), .. audit.Findings.Select(one => ($"stemma:audit:{one.Section}:{one.Code}", one.Sentence)), .. audit.NotLookedAt.Select(one => ("stemma:audit:not-looked-at", $"{one.What}: {one.Why}"))], one =>
        {
            json.WriteString("name", one.Item1);
            json.WriteString("value", one.Item2);
        });
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void Objects<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> body)
    {
        if (items.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            body(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
