using Stemma.Anatomy.Positions;
using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>Reads rotary positions and how they are stretched.</summary>
internal static class RopeReader
{
    /// <param name="config">The configuration.</param>
    /// <param name="family">Its defaults.</param>
    /// <param name="size">Numbers of a head that may be turned.</param>
    /// <param name="positions">Positions that the model was made for.</param>
    /// <param name="latent">DeepSeek's attention, which makes scores steeper when stretched.</param>
    /// <exception cref="StemmaException">A way of stretching that is not computed here.</exception>
    public static RopeConfig Read(ConfigValues config, ModelFamily family, int size, int positions, bool latent)
    {
        var scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        var share = scaling?.Real("partial_rotary_factor") ?? config.Real("partial_rotary_factor", "rotary_pct") ?? family.Rotary;
        var rotary = latent ? size : (int)(size * share);
        if (rotary <= 0 || rotary > size || rotary % 2 != 0) throw config.Unsupported($"{rotary} of {size} numbers of a head turned", "an even number of them");
        var rope = new RopeConfig
        {
            Theta = scaling?.Real("rope_theta") ?? config.Real("rope_theta", "rotary_emb_base") ?? family.Theta,
            Rotary = rotary,
            Interleaved = config.Flag("rope_interleave") ?? family.Interleaved,
        };
        return (scaling?.Text("rope_type", "type") ?? "default") switch
        {
            "default" => rope,
            "linear" => rope with { Scaling = RopeScaling.Linear, Factor = Factor(scaling!) },
            "llama3" => Llama3(scaling!, rope, positions),
            "yarn" => Yarn(scaling!, rope, positions, latent),
            var other => throw config.Unsupported($"rotary positions of type '{SafeText.Escape(other)}'", "default, linear, llama3, yarn"),
        };
    }

    private static RopeConfig Llama3(ConfigValues scaling, RopeConfig rope, int positions) => rope with
    {
        Scaling = RopeScaling.Llama3,
        Factor = Factor(scaling),
        Original = scaling.Size("original_max_position_embeddings") ?? positions,
        Band = (scaling.Real("low_freq_factor") ?? 1, scaling.Real("high_freq_factor") ?? 4),
    };

    private static RopeConfig Yarn(ConfigValues scaling, RopeConfig rope, int positions, bool latent)
    {
        var factor = Factor(scaling);
        var (some, all) = (scaling.Real("mscale") ?? 0, scaling.Real("mscale_all_dim") ?? 0);
        var steep = latent && all != 0 ? Magnitude(factor, all) : 1;
        return rope with
        {
            Scaling = RopeScaling.Yarn,
            Factor = factor,
            Original = scaling.Size("original_max_position_embeddings") ?? positions,
            Band = (scaling.Real("beta_slow") ?? 1, scaling.Real("beta_fast") ?? 32),
            Truncate = scaling.Flag("truncate") ?? true,
            Magnitude = scaling.Real("attention_factor") ?? (some != 0 && all != 0 ? Magnitude(factor, some) / Magnitude(factor, all) : Magnitude(factor, 1)),
            ScoreFactor = steep * steep,
        };
    }

    private static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    private static double Factor(ConfigValues scaling) => scaling.Real("factor") is { } factor and >= 1 ? factor
        : throw new StemmaException(FaultCode.ConfigInvalid, scaling.File, null, "stretched positions without a factor", "a factor of at least 1");
}
