using System.Text.Json.Nodes;
using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>What an adapter_config.json of PEFT says about scales and layouts.</summary>
internal sealed class AdapterConfig
{
    public const string Name = "adapter_config.json";

    private readonly JsonObject _config;

    private AdapterConfig(JsonObject config) => _config = config;

    /// <summary>Weights are stored [in, out], as the adapter sees it.</summary>
    public bool FanInFanOut => ConfigFile.Flag(_config, "fan_in_fan_out") == true;

    /// <summary>Reads the adapter's folder.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.AdapterInvalid"/> when there is none or it is of another kind.</exception>
    public static AdapterConfig Read(SourceModel adapter)
    {
        var folder = adapter.Checkpoint.Folder ?? Path.GetDirectoryName(Path.GetFullPath(adapter.Checkpoint.Path));
        if (folder is null || !File.Exists(Path.Combine(folder, Name)))
            throw adapter.Refuse($"no {Name} beside the adapter", "a PEFT adapter: its weights and their configuration", "name the adapter's folder", FaultCode.AdapterInvalid);
        var config = ConfigFile.Parse(Companions.Bytes(folder, Name, 16 << 20, FaultCode.AdapterInvalid), Name);
        if (ConfigFile.Text(config, "peft_type") is { } kind && kind != "LORA")
            throw adapter.Refuse($"an adapter of type {SafeText.Escape(kind)}", "LORA", code: FaultCode.AdapterInvalid);
        return new(config);
    }

    /// <summary>Factor on B A: alpha / r, or alpha / √r for rank-stabilised adapters (Kalajdzievski 2023).</summary>
    /// <param name="module">The module that is adapted; patterns may give it an alpha of its own.</param>
    /// <param name="rank">Rows of A.</param>
    public double Scale(string module, int rank)
    {
        var alpha = Pattern("alpha_pattern", module) ?? ConfigFile.Number(_config, "lora_alpha") ?? rank;
        return ConfigFile.Flag(_config, "use_rslora") == true ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    private double? Pattern(string key, string module)
    {
        if (_config[key] is not JsonObject patterns) return null;
        foreach (var (name, value) in patterns)
        {
            if ((module == name || module.EndsWith("." + name, StringComparison.Ordinal)) && value is JsonValue number && number.TryGetValue(out double alpha)) return alpha;
        }

        return null;
    }
}
