using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Reads the JSON files that stand beside weights where they say how these are stored.</summary>
internal static class FolderJson
{
    private const long MostBytes = 16 << 20;
    private const int MostDepth = 64;

    /// <summary>A file of the folder; null when there is none.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/>, or it cannot be read.</exception>
    public static JsonDocument? Read(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        if (!File.Exists(path)) return null;
        using var file = WeightFile.Open(LinkGuard.Resolve(path, folder), path);
        if (file.Length is 0 or > MostBytes) throw file.Refuse(FaultCode.ConfigInvalid, null, $"{file.Length} bytes", $"1 to {MostBytes} bytes");
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        try
        {
            return StrangersJson.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), MostDepth);
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(FaultCode.ConfigInvalid, path, null, e.Message, "JSON", "Repair the file or take it away"), e);
        }
    }
}
