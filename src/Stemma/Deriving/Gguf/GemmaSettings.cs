using System.Text.Json.Nodes;
using Stemma.Deriving.Models;

namespace Stemma.Deriving.Gguf;

/// <summary>What programs that run a GGUF file of Gemma 2 or 3 know by themselves, because the file does not say it (llama.cpp, src/models).</summary>
internal static class GemmaSettings
{
    private const string Windowed = "sliding_attention";

    /// <summary>Every so many layers one looks back over the whole text.</summary>
    private static int PeriodOf(SourceModel model) => ConfigFile.Text(model.Config, "model_type") switch
    {
        "gemma2" => 2,
        "gemma3_text" => 6,
        _ => 0,
    };

    /// <summary>True where other layers than the usual ones look back over a window.</summary>
    public static bool HasOtherWindows(SourceModel model)
    {
        var period = PeriodOf(model);
        if (period == 0) return false;
        if (model.Config?["layer_types"] is JsonArray types) return types.Where((type, layer) => (type?.ToString() == Windowed) != (layer % period < period - 1)).Any();
        return ConfigFile.Number(model.Config, "sliding_window_pattern") is { } said && said != period;
    }

    /// <summary>True where attention is scaled by another number than the size of a head; the largest model of each generation is known by its layers.</summary>
    public static bool HasOtherScale(SourceModel model)
    {
        if (PeriodOf(model) == 0 || ConfigFile.Number(model.Config, "query_pre_attn_scalar") is not { } scalar) return false;
        var (shape, largest) = (model.Shape, PeriodOf(model) == 2 ? 46 : 62);
        return scalar != (shape.Layers == largest ? (double)shape.Hidden / Math.Max(1, shape.Heads) : shape.HeadDim);
    }
}
