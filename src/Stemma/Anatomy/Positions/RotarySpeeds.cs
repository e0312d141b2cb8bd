namespace Stemma.Anatomy.Positions;

/// <summary>How fast rotary positions turn.</summary>
internal static class RotarySpeeds
{
    /// <summary>Radians per position of each pair.</summary>
    public static double[] Of(RopeConfig config)
    {
        var speeds = new double[config.Rotary / 2];
        for (var pair = 0; pair < speeds.Length; pair++)
        {
            var speed = Math.Pow(config.Theta, -2.0 * pair / config.Rotary);
            speeds[pair] = config.Scaling switch
            {
                RopeScaling.Linear => speed / config.Factor,
                RopeScaling.Llama3 => Llama3(config, speed),
                RopeScaling.Yarn => Yarn(config, speed, pair),
                RopeScaling.Divided => speed / config.Divisors[pair],
                _ => speed,
            };
        }

        return speeds;
    }

    /// <summary>As published with Llama 3.1: a smooth passage between kept and stretched wavelengths.</summary>
    private static double Llama3(RopeConfig config, double speed)
    {
        var turns = config.Original * speed / (2 * Math.PI);
        var kept = Math.Clamp((turns - config.Band.Low) / (config.Band.High - config.Band.Low), 0, 1);
        return ((1 - kept) * speed / config.Factor) + (kept * speed);
    }

    /// <summary>YaRN, arXiv 2309.00071, section 3.2, with the ramp over pair numbers that published code uses.</summary>
    private static double Yarn(RopeConfig config, double speed, int pair)
    {
        var (first, last) = (PairOf(config, config.Band.High), PairOf(config, config.Band.Low));
        if (config.Truncate) (first, last) = (Math.Floor(first), Math.Ceiling(last));
        (first, last) = (Math.Max(first, 0), Math.Min(last, config.Rotary - 1));
        if (first == last) last += 0.001;
        var stretched = Math.Clamp((pair - first) / (last - first), 0, 1);
        return (stretched * speed / config.Factor) + ((1 - stretched) * speed);
    }

    /// <summary>The pair that turns so many times within the original length.</summary>
    private static double PairOf(RopeConfig config, double turns) =>
        config.Rotary * Math.Log(config.Original / (turns * 2 * Math.PI)) / (2 * Math.Log(config.Theta));
}
