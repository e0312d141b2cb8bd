using System.Text.Json.Nodes;
using Stemma.Anatomy.Positions;
using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;

namespace Stemma.Deriving.Gguf;

/// <summary>
/// How a model's rotary positions turn, as a GGUF file says it: keys for linear and YaRN stretching, and for Llama 3.1's a tensor <c>rope_freqs</c> with what each pair's speed
/// is divided by (llama.cpp's converter). Configurations name them in one of two forms, <c>rope_scaling</c> or <c>rope_parameters</c>.
/// </summary>
internal sealed class GgufPositions
{
    private readonly SourceModel _model;
    private readonly string _architecture;
    private readonly JsonObject? _own, _near, _scaling;

    public GgufPositions(SourceModel model, string architecture)
    {
        (_model, _architecture) = (model, architecture);
        var parameters = model.Config?["rope_parameters"] as JsonObject;
        // Layers with a window may turn at a speed of their own.
        (_own, _near) = (parameters?["full_attention"] as JsonObject ?? parameters, parameters?["sliding_attention"] as JsonObject);
        _scaling = _own ?? model.Config?["rope_scaling"] as JsonObject;
    }

    /// <summary>How they are stretched, as configurations call it.</summary>
    public string Stretching => ConfigFile.Text(_scaling, "rope_type") ?? ConfigFile.Text(_scaling, "type") ?? "default";

    /// <summary>The base of the speeds. Silence means 10,000 in GGUF, and a million in two configuration classes.</summary>
    private double? Theta => ConfigFile.Number(_own, "rope_theta") ?? ConfigFile.Number(_model.Config, "rope_theta")
        ?? (ConfigFile.Text(_model.Config, "model_type") is "mixtral" or "gemma3_text" ? 1e6 : null);

    private bool IsTable => Stretching == "llama3" && _architecture == "llama";

    /// <summary>Adds the keys.</summary>
    public void Add(GgufKeyList keys)
    {
        if (Theta is { } theta) keys.Real($"{_architecture}.rope.freq_base", (float)theta);
        if (_architecture == "gemma3") keys.Real("gemma3.rope.freq_base_swa", (float)(ConfigFile.Number(_near, "rope_theta") ?? ConfigFile.Number(_model.Config, "rope_local_base_freq") ?? 10_000));
        if (Stretching is not ("linear" or "yarn")) return;
        keys.Text($"{_architecture}.rope.scaling.type", Stretching);
        Real("factor", ConfigFile.Number(_scaling, "factor"));
        if (Stretching == "linear") return;
        if (Original is > 0 and <= uint.MaxValue and var original) keys.Number($"{_architecture}.rope.scaling.original_context_length", (uint)original);
        Real("yarn_beta_fast", ConfigFile.Number(_scaling, "beta_fast"));
        Real("yarn_beta_slow", ConfigFile.Number(_scaling, "beta_slow"));
        if (_architecture == "deepseek2") Real("yarn_log_multiplier", 0.1 * ConfigFile.Number(_scaling, "mscale_all_dim"));
        else Real("yarn_attn_factor", ConfigFile.Number(_scaling, "attention_factor"));

        void Real(string key, double? value)
        {
            if (value is { } number) keys.Real($"{_architecture}.rope.scaling.{key}", (float)number);
        }
    }

    /// <summary>The tensor that the stretching needs; null where keys say it all.</summary>
    public OutputTensor? Table()
    {
        if (!IsTable) return null;
        var rope = new RopeConfig { Theta = Theta ?? 10_000, Rotary = _model.Shape.HeadDim / 2 * 2 };
        var stretched = rope with
        {
            Scaling = RopeScaling.Llama3,
            Factor = ConfigFile.Number(_scaling, "factor") ?? 8,
            Original = (int)Math.Clamp(Original ?? 8192, 1, int.MaxValue),
            Band = (ConfigFile.Number(_scaling, "low_freq_factor") ?? 1, ConfigFile.Number(_scaling, "high_freq_factor") ?? 4),
        };
        var (plain, slow) = (RotarySpeeds.Of(rope), RotarySpeeds.Of(stretched));
        return OutputTensor.Of("rope_freqs.weight", TensorType.F32, [plain.Length], () => new MadeGrid(1, plain.Length, (_, row) =>
        {
            for (var pair = 0; pair < row.Length; pair++) row[pair] = (float)(plain[pair] / slow[pair]);
        }));
    }

    /// <summary>What the file does not say, as notices.</summary>
    public IEnumerable<Notice> LeftOut()
    {
        if (Stretching is not ("default" or "linear" or "yarn") && !IsTable)
            yield return new("positions-left-out", $"The model stretches its positions ({SafeText.Escape(Stretching)}), and the file does not say how: a program that runs it must be told, or texts beyond the original length come out wrong");
        if (_architecture == "deepseek2" && ConfigFile.Number(_scaling, "mscale") is { } scale && ConfigFile.Number(_scaling, "mscale_all_dim") is { } all && scale != all)
            yield return new("positions-left-out", "Of the two factors of stretched attention, mscale and mscale_all_dim, the file holds the second only, and they differ");
    }

    private double? Original => ConfigFile.Number(_scaling, "original_max_position_embeddings") ?? ConfigFile.Number(_model.Config, "max_position_embeddings");
}
