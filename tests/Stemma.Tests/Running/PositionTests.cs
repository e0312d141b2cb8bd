using Stemma.Running;

namespace Stemma.Tests.Running;

/// <summary>Rotary positions and windows against their published formulas.</summary>
public sealed class PositionTests
{
    private static readonly int[] Text = DrawnModel.Text(23);

    [Fact]
    public void Linear_scaling_divides_every_position()
    {
        using var model = DrawnModels.Llama("llama", "\"rope_scaling\":{\"type\":\"linear\",\"factor\":4.0},");
        Agrees(model, new(model) { Speeds = [.. NaiveMath.Speeds(10_000, 10).Select(s => s / 4)] });
    }

    [Fact]
    public void Llama_3_stretches_long_wavelengths_only()
    {
        using var model = DrawnModels.Llama("llama", "\"rope_theta\":500.0,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":64},");
        var speeds = NaiveMath.Speeds(500, 10).Select(speed =>
        {
            var wavelength = 2 * Math.PI / speed;
            if (wavelength < 64 / 4.0) return speed;
            if (wavelength > 64 / 1.0) return speed / 8;
            var smooth = ((64 / wavelength) - 1.0) / (4.0 - 1.0);
            return ((1 - smooth) * speed / 8) + (smooth * speed);
        }).ToArray();
        Assert.True(speeds.Distinct().Count() == 5 && speeds[0] == 1);
        Agrees(model, new(model) { Speeds = speeds });
    }

    [Fact]
    public void Yarn_stretches_by_turns_and_makes_scores_steeper()
    {
        using var model = DrawnModels.Llama("qwen2", "\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":64,\"rope_theta\":100.0},");
        Agrees(model, new(model) { Speeds = Yarn(100, 10, 4, 64), Magnitude = (0.1 * Math.Log(4)) + 1 });
    }

    [Fact]
    public void DeepSeek_s_yarn_scales_the_scores_of_attention_itself()
    {
        using var model = DrawnModels.DeepSeek("\"topk_method\":\"greedy\",\"rope_theta\":100,\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":64,\"beta_fast\":32,\"beta_slow\":1,\"mscale\":0.7,\"mscale_all_dim\":0.9},", queryLatent: true);
        var (some, all) = ((0.07 * Math.Log(4)) + 1, (0.09 * Math.Log(4)) + 1);
        Agrees(model, new(model) { Speeds = Yarn(100, 6, 4, 64), Magnitude = some / all, Steeper = all * all });
    }

    [Fact]
    public void Heads_may_be_turned_in_part()
    {
        using var model = DrawnModels.Llama("llama", "\"partial_rotary_factor\":0.4,");
        Agrees(model, new(model) { Speeds = NaiveMath.Speeds(10_000, 4) });
    }

    [Fact]
    public void A_window_hides_what_is_further_back()
    {
        using var model = DrawnModels.Llama("mistral", "\"sliding_window\":5,");
        Agrees(model, new(model) { Window = _ => 5 });
    }

    [Fact]
    public void A_window_holds_where_the_configuration_says()
    {
        using var later = DrawnModels.Llama("qwen2", "\"use_sliding_window\":true,\"sliding_window\":4,\"max_window_layers\":1,");
        Agrees(later, new(later) { Window = layer => layer >= 1 ? 4 : int.MaxValue });
        using var switchedOff = DrawnModels.Llama("qwen2", "\"use_sliding_window\":false,\"sliding_window\":4,");
        Agrees(switchedOff, new(switchedOff));
        using var none = DrawnModels.Llama("mistral", "\"sliding_window\":null,");
        Agrees(none, new(none));
        using var listed = DrawnModels.Llama("qwen3", "\"use_sliding_window\":true,\"sliding_window\":3,\"layer_types\":[\"sliding_attention\",\"full_attention\",\"sliding_attention\"],", headNorms: true);
        Agrees(listed, new(listed) { Window = layer => layer == 1 ? int.MaxValue : 3 });
    }

    private static double[] Yarn(double theta, int rotary, double factor, double original)
    {
        double Correction(double turns) => rotary * Math.Log(original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (Math.Max(Math.Floor(Correction(32)), 0), Math.Min(Math.Ceiling(Correction(1)), rotary - 1));
        return [.. NaiveMath.Speeds(theta, rotary).Select((speed, pair) =>
        {
            var ramp = Math.Clamp((pair - low) / (high - low), 0, 1);
            return (speed / factor * ramp) + (speed * (1 - ramp));
        })];
    }

    private static void Agrees(DrawnModel drawn, NaiveLlama naive)
    {
        var expected = naive.Logits(Text).Select(row => Array.ConvertAll(row, x => (float)x)).ToArray();
        using var model = Transformer.Open(drawn.Path);
        Assert.InRange(Outputs.Distance(expected, Outputs.Logits(model, Text)), 0, 1e-4);
        // The kind of position matters to the model: the test would see it if it were left out.
        Assert.True(Outputs.Distance(expected, new NaiveLlama(drawn).Logits(Text).Select(row => Array.ConvertAll(row, x => (float)x)).ToArray()) is 0 or > 1e-3);
    }
}
