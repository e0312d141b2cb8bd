using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Foundation;

namespace Stemma;

/// <summary>What a model's configuration says about where it comes from. Shown beside what was measured, never used for it.</summary>
internal static class DeclaredClaims
{
    private const string Config = "config.json";
    private static readonly string[] Keys = ["architectures", "model_type", "_name_or_path", "base_model", "base_model_name_or_path", "transformers_version"];

    /// <param name="folder">Where companion files stand; null when there is no such folder.</param>
    public static IReadOnlyList<DeclaredClaim> Read(string? folder)
    {
        if (folder is null || !CompanionFile.Exists(folder, Config)) return [];
        var bytes = CompanionFile.Read(folder, Config, ModelConfig.MostBytes, FaultCode.ConfigInvalid);
        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = ModelConfig.MostDepth });
        if (document.RootElement.ValueKind != JsonValueKind.Object) return [];
        var claims = new List<DeclaredClaim>();
        foreach (var key in Keys)
            if (document.RootElement.TryGetProperty(key, out var value)) claims.AddRange(Values(value).Select(text => new DeclaredClaim(Config, key, text)));
        return claims;
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
        _ => [],
    };
}
