using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Benching;

/// <summary>
/// Reads <c>zoo.json</c>: {"models": [{"name", "kind", "parents", "roots", "operations", "same_seed_as", "layer_maps"}, ...]}, and checks that the descent it tells
/// is possible. Each model lies in the folder of its name. Other fields are notes for people.
/// </summary>
public static class ZooReader
{
    public const string FileName = "zoo.json";
    private const int MostBytes = 16 << 20, MostDepth = 32, MostModels = 10_000;

    /// <summary>Reads the description of a zoo; no weights.</summary>
    /// <param name="folder">Where zoo.json stands.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.ZooInvalid"/>, <see cref="FaultCode.NotFound"/> for a missing folder, or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static ModelZoo Read(string folder)
    {
        if (!CompanionFile.Exists(folder, FileName))
            throw new StemmaException(FaultCode.NotFound, folder, null, $"there is no {FileName}", "a folder of models with a zoo.json that tells their descent", "Check the path");
        var bytes = CompanionFile.Read(folder, FileName, MostBytes, FaultCode.ZooInvalid);
        try
        {
            using var document = StrangersJson.Parse(bytes, MostDepth);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("models", out var list) || list.ValueKind != JsonValueKind.Array)
                throw ZooChecks.Refuse("no list of models", "{\"models\": [...]}");
            var models = list.EnumerateArray().Take(MostModels + 1).Select(model => Model(folder, model)).ToList();
            if (models.Count is 0 or > MostModels) throw ZooChecks.Refuse($"{models.Count} models", $"1 to {MostModels}");
            ZooChecks.Check(models);
            return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), models);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair, which is JSON but no text.
            throw new StemmaException(new Fault(FaultCode.ZooInvalid, FileName, null, e.Message, "JSON", "Repair the file"), e);
        }
    }

    private static ZooModel Model(string folder, JsonElement model)
    {
        if (model.ValueKind != JsonValueKind.Object) throw ZooChecks.Refuse($"a model is {model.ValueKind}", "an object");
        var name = Text(model, "name") ?? throw ZooChecks.Refuse("a model without a name", "a name");
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw new StemmaException(FaultCode.UnsafeName, FileName, null, $"a model called '{name}'", "the name of a folder beside zoo.json", "Rename it");
        var path = Path.Combine(folder, name);
        if (!Directory.Exists(path)) throw new StemmaException(FaultCode.NotFound, name, null, "the model has no folder", "a folder of that name beside zoo.json", "Add the model or take it out of zoo.json");
        return new()
        {
            Name = name,
            Path = path,
            Kind = Text(model, "kind") ?? "",
            Parents = Texts(model, "parents"),
            Roots = Texts(model, "roots"),
            Operations = Texts(model, "operations"),
            SameSeedAs = Text(model, "same_seed_as"),
            LayerMaps = LayerMaps(name, model),
        };
    }

    private static Dictionary<string, IReadOnlyList<int?>> LayerMaps(string name, JsonElement model)
    {
        var maps = new Dictionary<string, IReadOnlyList<int?>>(StringComparer.Ordinal);
        if (!model.TryGetProperty("layer_maps", out var declared)) return maps;
        if (declared.ValueKind != JsonValueKind.Object) throw ZooChecks.Refuse($"layer_maps of {name} is {declared.ValueKind}", "an object: parent to list");
        foreach (var map in declared.EnumerateObject())
        {
            if (map.Value.ValueKind != JsonValueKind.Array) throw ZooChecks.Refuse($"the layer map of {name} is {map.Value.ValueKind}", "a list of the parent's layers or null");
            maps[map.Name] = [.. map.Value.EnumerateArray().Select(layer => layer.ValueKind == JsonValueKind.Null ? (int?)null
                : layer.ValueKind == JsonValueKind.Number && layer.TryGetInt32(out var number) && number >= 0 ? number
                : throw ZooChecks.Refuse($"layer {layer.GetRawText()} in a layer map of {name}", "a layer of the parent, from 0, or null"))];
        }

        return maps;
    }

    private static string? Text(JsonElement model, string field)
    {
        if (!model.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw ZooChecks.Refuse($"{field} is {value.ValueKind}", "text");
    }

    private static List<string> Texts(JsonElement model, string field)
    {
        if (!model.TryGetProperty(field, out var values) || values.ValueKind != JsonValueKind.Array) throw ZooChecks.Refuse($"a model without {field}", "a list of names, which may be empty");
        return [.. values.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : throw ZooChecks.Refuse($"{field} holds {v.ValueKind}", "names"))];
    }
}
