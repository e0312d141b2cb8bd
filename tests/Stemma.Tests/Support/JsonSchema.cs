using System.Text.Json;
using System.Text.RegularExpressions;

namespace Stemma.Tests.Support;

/// <summary>
/// Checks a document against a JSON Schema (draft 2020-12). Knows exactly the keywords that schema/ uses and refuses a schema with any other,
/// so that a rule can never be written there and silently not be checked.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "$id", "$defs", "title", "description"];

    public static JsonSchema Of(string name) => new(JsonDocument.Parse(File.ReadAllText(Repository.At("schema", name + ".json"))).RootElement);

    /// <summary>What is wrong with the document, one line each with its place; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems(string document)
    {
        var problems = new List<string>();
        Check(root, JsonDocument.Parse(document).RootElement, "$", problems);
        return problems;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        foreach (var rule in schema.EnumerateObject())
        {
            if (Annotations.Contains(rule.Name)) continue;
            var fine = rule.Name switch
            {
                "$ref" => Follow(rule.Value.GetString()!, value, at, problems),
                "type" => Types(rule.Value).Any(type => IsOf(value, type)),
                "const" => JsonElement.DeepEquals(rule.Value, value),
                "enum" => rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                "required" => value.ValueKind != JsonValueKind.Object || rule.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "properties" => Properties(rule.Value, value, at, problems),
                "additionalProperties" => NoOthers(schema, rule.Value, value),
                "items" => Items(rule.Value, value, at, problems),
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.Value.GetInt32(),
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.Value.GetInt32(),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.Value.GetDouble(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.Value.GetDouble(),
                _ => throw new NotSupportedException($"The schema uses '{rule.Name}', which this validator does not check."),
            };
            if (!fine) problems.Add($"{at}: {rule.Name} {rule.Value.GetRawText()}");
        }
    }

    private bool Follow(string reference, JsonElement value, string at, List<string> problems)
    {
        const string prefix = "#/$defs/";
        if (!reference.StartsWith(prefix, StringComparison.Ordinal)) throw new NotSupportedException(reference);
        Check(root.GetProperty("$defs").GetProperty(reference[prefix.Length..]), value, at, problems);
        return true;
    }

    private bool Properties(JsonElement properties, JsonElement value, string at, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        foreach (var property in properties.EnumerateObject())
        {
            if (value.TryGetProperty(property.Name, out var inner)) Check(property.Value, inner, $"{at}.{property.Name}", problems);
        }

        return true;
    }

    private bool Items(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        foreach (var (index, item) in value.EnumerateArray().Index()) Check(schema, item, $"{at}[{index}]", problems);
        return true;
    }

    private static bool NoOthers(JsonElement schema, JsonElement allowed, JsonElement value)
    {
        if (allowed.ValueKind != JsonValueKind.False) throw new NotSupportedException("additionalProperties other than false");
        return value.ValueKind != JsonValueKind.Object
            || value.EnumerateObject().All(property => schema.GetProperty("properties").TryGetProperty(property.Name, out _));
    }

    private static IEnumerable<string> Types(JsonElement rule) =>
        rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Select(type => type.GetString()!) : [rule.GetString()!];

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Floor(value.GetDouble()) == value.GetDouble(),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException(type),
    };
}
