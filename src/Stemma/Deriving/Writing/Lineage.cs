using System.Text.Json;
using System.Text.Json.Nodes;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Deriving.Writing;

/// <summary>A parent as the lineage names it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Digest">Of its weights, as in a verdict.</param>
/// <param name="Metadata">What its own files say about themselves.</param>
internal sealed record ParentRecord(string Name, Digest128 Digest, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// What was done, written into the files: <c>stemma.derive.operation</c>, <c>.parameters</c> (JSON), <c>.seed</c>, <c>.version</c> and <c>.parents</c>,
/// a JSON list of {name, digest, lineage}, where lineage is the parent's own record if it has one.
/// </summary>
internal static class Lineage
{
    public const string Prefix = "stemma.derive.";

    private const string Operation = Prefix + "operation", Parameters = Prefix + "parameters", Seed = Prefix + "seed", Version = Prefix + "version", Parents = Prefix + "parents";

    /// <summary>Deepest record that is carried on.</summary>
    private const int MostDepth = 64;

    private static readonly JsonSerializerOptions Plain = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = MostDepth * 2,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The new files' <c>__metadata__</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(Derivation derivation, IReadOnlyList<ParentRecord> parents)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        foreach (var (key, value) in parents.Take(1).SelectMany(first => first.Metadata))
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) metadata[key] = value;
        metadata[Operation] = derivation.Name;
        metadata[Parameters] = JsonSerializer.Serialize(derivation, derivation.GetType(), Plain);
        metadata[Seed] = derivation.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        metadata[Version] = typeof(Lineage).Assembly.GetName().Version?.ToString(3) ?? "";
        metadata[Parents] = new JsonArray([.. parents.Select(Record)]).ToJsonString(Plain);
        return metadata;
    }

    /// <summary>True for a folder or a file whose weights carry a record and that holds nothing that a derivation does not write.</summary>
    public static bool IsDerived(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any()) return false;
        try
        {
            using var checkpoint = CheckpointOpener.Open(folder);
            return checkpoint.Metadata.ContainsKey(Operation);
        }
        catch (StemmaException)
        {
            return false;
        }
    }

    private static JsonObject Record(ParentRecord parent)
    {
        var record = new JsonObject { ["name"] = parent.Name, ["digest"] = parent.Digest.ToString() };
        if (!parent.Metadata.ContainsKey(Operation)) return record;
        var lineage = new JsonObject();
        foreach (var (key, value) in parent.Metadata.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            lineage[key[Prefix.Length..]] = key is Parameters or Parents ? Tree(value) : value;
        record["lineage"] = lineage;
        return record;
    }

    /// <summary>The record inside a record as a tree; as the text it is when it is no JSON, or too deep.</summary>
    private static JsonNode? Tree(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = MostDepth });
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
