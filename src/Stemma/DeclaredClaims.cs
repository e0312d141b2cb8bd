using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma;

/// <summary>What a model's configuration says about where it comes from. Shown beside what was measured, never used for it.</summary>
internal static class DeclaredClaims
{
    private const string Config = "config.json";
    private static readonly string[] Keys = ["architectures", "model_type", "_name_or_path", "base_model", "base_model_name_or_path", "transformers_version"];
    private static readonly string[] OwnKeys = ["general.architecture", "general.name", "general.basename", "general.finetune", "general.organization", "general.author", "general.license"];
    private static readonly string[] OwnPrefixes = ["general.base_model.", "general.source."];

    /// <summary>What the weight files say themselves (GGUF), and what the configuration beside them says.</summary>
    public static IReadOnlyList<DeclaredClaim> Of(Checkpoint checkpoint)
    {
        var own = !GgufConfig.IsIn(checkpoint) ? [] : checkpoint.Metadata.Where(pair => OwnKeys.Contains(pair.Key) || OwnPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new DeclaredClaim(checkpoint.Files[0].Name, pair.Key, pair.Value));
        return [.. own, .. Read(checkpoint.Folder)];
    }

    /// <param name="folder">Where companion files stand; null when there is no such folder.</param>
    private static List<DeclaredClaim> Read(string? folder)
    {
        using var document = CompanionFile.ReadJson(folder, Config, FaultCode.ConfigInvalid);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root) return [];
        var claims = new List<DeclaredClaim>();
        foreach (var key in Keys)
            if (root.TryGetProperty(key, out var value)) claims.AddRange(Values(value).Select(text => new DeclaredClaim(Config, key, text)));
        return claims;
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
        _ => [],
    };
}
