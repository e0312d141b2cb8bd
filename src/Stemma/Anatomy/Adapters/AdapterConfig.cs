using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Anatomy.Adapters;

/// <summary>What an adapter_config.json of PEFT says about scales and layouts.</summary>
internal sealed class AdapterConfig
{
    public const string Name = "adapter_config.json";

    private readonly JsonElement _config;

    private AdapterConfig(JsonElement config) => _config = config;

    /// <summary>Weights are stored [in, out], as the adapter sees it.</summary>
    public bool FanInFanOut => Flag("fan_in_fan_out");

    /// <summary>The base model by the adapter's word; null when it says none.</summary>
    public string? Base => Text("base_model_name_or_path");

    /// <summary>True for a folder that holds an adapter, and for a weight file beside an adapter's configuration.</summary>
    public static bool IsAdapter(string path) =>
        Directory.Exists(path) ? File.Exists(Path.Combine(path, Name)) : File.Exists(path) && File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".", Name));

    /// <summary>Reads the adapter's folder.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.AdapterInvalid"/> when there is none or it is of another kind.</exception>
    public static AdapterConfig Read(Checkpoint adapter)
    {
        var folder = adapter.Folder ?? Path.GetDirectoryName(Path.GetFullPath(adapter.Path));
        using var document = CompanionFile.ReadJson(folder, Name, FaultCode.AdapterInvalid)
            ?? throw Refuse(adapter, $"no {Name} beside the adapter", "a PEFT adapter: its weights and their configuration", "name the adapter's folder");
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw Refuse(adapter, $"a JSON {document.RootElement.ValueKind} in {Name}", "a JSON object");
        var config = new AdapterConfig(document.RootElement.Clone());
        if (config.Text("peft_type") is { } kind && kind != "LORA") throw Refuse(adapter, $"an adapter of type {kind}", "LORA");
        return config;
    }

    /// <summary>Factor on B A: alpha / r, or alpha / √r for rank-stabilised adapters (Kalajdzievski 2023).</summary>
    /// <param name="module">The module that is adapted; patterns may give it an alpha of its own.</param>
    /// <param name="rank">Rows of A.</param>
    public double Scale(string module, long rank)
    {
        var alpha = Pattern("alpha_pattern", module) ?? (_config.TryGetProperty("lora_alpha", out var said) ? Number(said) : null) ?? rank;
        return Flag("use_rslora") ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    /// <summary>A refusal that names the adapter.</summary>
    public static StemmaException Refuse(Checkpoint adapter, string found, string allowed, string remedy = "") => new(FaultCode.AdapterInvalid, adapter.Path, null, found, allowed, remedy);

    private double? Pattern(string key, string module)
    {
        if (!_config.TryGetProperty(key, out var patterns) || patterns.ValueKind != JsonValueKind.Object) return null;
        foreach (var pattern in patterns.EnumerateObject())
        {
            if ((module == pattern.Name || module.EndsWith("." + pattern.Name, StringComparison.Ordinal)) && Number(pattern.Value) is { } alpha) return alpha;
        }

        return null;
    }

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    private bool Flag(string name) => _config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private string? Text(string name) => _config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
