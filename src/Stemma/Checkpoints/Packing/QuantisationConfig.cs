using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing;

/// <summary>
/// What <c>quantization_config</c> in config.json says, or the older <c>quantize_config.json</c>. Shapes decide wherever they can; the words only where they cannot.
/// </summary>
internal sealed record QuantisationConfig
{
    /// <summary>Bits of a number; null when it is not said.</summary>
    public int? Bits { get; private init; }

    /// <summary>GPTQ: <c>gptq</c> stores zero points less one, <c>gptq_v2</c> as they are; null when it is not said.</summary>
    public string? CheckpointFormat { get; private init; }

    /// <summary>Sides of the blocks that share a scale; null when it is not said.</summary>
    public (long Rows, long Columns)? Block { get; private init; }

    /// <summary>Numbers that share a scale; null when it is not said.</summary>
    public int? GroupSize { get; private init; }

    /// <summary>MLX: modules whose sizes are not those of the others, by name.</summary>
    private Dictionary<string, (int Bits, int Group)> Modules { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Bits and group size of a module; null when they are not said.</summary>
    public (int Bits, int Group)? SizesOf(string module) => Modules.TryGetValue(module, out var own) ? own : Bits is { } bits && GroupSize is { } size ? (bits, size) : null;

    /// <summary>Reads the folder's files.</summary>
    /// <returns>An empty one when nothing is said.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/>.</exception>
    public static QuantisationConfig Read(string? folder)
    {
        if (folder is null) return new();
        foreach (var name in (string[])["config.json", "quantize_config.json"])
        {
            using var document = CompanionFile.ReadJson(folder, name, FaultCode.ConfigInvalid);
            if (document is null) continue;
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) continue;
            if (name == "config.json") root = Said(root) ?? (Object(root, "text_config") is { } text ? Said(text) : null) ?? default;
            if (root.ValueKind == JsonValueKind.Object) return Of(root);
        }

        return new();
    }

    /// <summary>MLX calls it <c>quantization</c>.</summary>
    private static JsonElement? Said(JsonElement root) => Object(root, "quantization_config") ?? Object(root, "quantization");

    private static QuantisationConfig Of(JsonElement root)
    {
        var block = root.TryGetProperty("weight_block_size", out var sides) && sides.ValueKind == JsonValueKind.Array && sides.GetArrayLength() == 2
            && sides[0].ValueKind == JsonValueKind.Number && sides[0].TryGetInt64(out var rows) && sides[1].ValueKind == JsonValueKind.Number && sides[1].TryGetInt64(out var columns) && rows > 0 && columns > 0
            ? (rows, columns)
            : ((long, long)?)null;
        var modules = root.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.Object && Number(one.Value, "bits") is not null && Number(one.Value, "group_size") is not null)
            .DistinctBy(one => one.Name, StringComparer.Ordinal).ToDictionary(one => one.Name, one => (Number(one.Value, "bits")!.Value, Number(one.Value, "group_size")!.Value), StringComparer.Ordinal);
        return new() { GroupSize = Number(root, "group_size"), Modules = modules, Bits = Number(root, "bits") ?? Number(root, "w_bit") ?? BitsOfGroups(root), CheckpointFormat = Text(root, "checkpoint_format"), Block = block };
    }

    /// <summary>compressed-tensors states the bits for each group of modules; null when they differ.</summary>
    private static int? BitsOfGroups(JsonElement root)
    {
        if (Object(root, "config_groups") is not { } groups) return null;
        var said = groups.EnumerateObject().Where(g => g.Value.ValueKind == JsonValueKind.Object).Select(g => Object(g.Value, "weights") is { } weights ? Number(weights, "num_bits") : null).Distinct().ToList();
        return said.Count == 1 ? said[0] : null;
    }

    private static JsonElement? Object(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static int? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
