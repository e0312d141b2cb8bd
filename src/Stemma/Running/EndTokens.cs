using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Running;

/// <summary>Which tokens end a text: <c>eos_token_id</c> of generation_config.json, or else of config.json.</summary>
internal static class EndTokens
{
    /// <summary>Reads them; none when neither file names one.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/> when a file is no JSON.</exception>
    public static IReadOnlyList<int> Read(string? folder)
    {
        foreach (var name in new[] { "generation_config.json", "config.json" })
        {
            using var document = CompanionFile.ReadJson(folder, name, FaultCode.ConfigInvalid);
            if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("eos_token_id", out var ends)) continue;
            var ids = (ends.ValueKind == JsonValueKind.Array ? ends.EnumerateArray() : Enumerable.Repeat(ends, 1))
                .Where(end => end.ValueKind == JsonValueKind.Number && end.TryGetInt32(out _)).Select(end => end.GetInt32()).ToList();
            if (ids.Count > 0) return ids;
        }

        return [];
    }
}
