using System.Numerics;
using Stemma.Running.Config;
using Stemma.Running.Kernels;

namespace Stemma.Running.Layers;

/// <summary>Turns pairs of numbers of each head by angles that grow with the position. Sines and cosines are kept for as many positions as a run may have.</summary>
internal sealed class Rope
{
    private readonly RopeConfig _config;
    private readonly int _half;
    private readonly float[] _sines, _cosines;

    public Rope(RopeConfig config, int positions)
    {
        (_config, _half) = (config, config.Rotary / 2);
        (_sines, _cosines) = (new float[positions * _half], new float[positions * _half]);
        var speeds = Speeds(config);
        for (var position = 0; position < positions; position++)
        {
            for (var pair = 0; pair < _half; pair++)
            {
                var (sine, cosine) = Math.SinCos(position * speeds[pair]);
                (_sines[(position * _half) + pair], _cosines[(position * _half) + pair]) = ((float)(sine * config.Magnitude), (float)(cosine * config.Magnitude));
            }
        }
    }

    /// <summary>Turns one stretch of each row and head.</summary>
    /// <param name="x">One row for each position.</param>
    /// <param name="firstPosition">Position of the first row.</param>
    /// <param name="heads">Heads in a row.</param>
    /// <param name="headSize">Numbers from head to head.</param>
    /// <param name="start">Numbers of a head before those that are turned.</param>
    public void Apply(Rows x, int firstPosition, int heads, int headSize, int start = 0)
    {
        for (var row = 0; row < x.Count; row++)
        {
            var at = (firstPosition + row) * _half;
            var sines = _sines.AsSpan(at, _half);
            var cosines = _cosines.AsSpan(at, _half);
            for (var head = 0; head < heads; head++)
            {
                var part = x[row].Slice((head * headSize) + start, 2 * _half);
                if (_config.Interleaved) TurnNeighbours(part, sines, cosines);
                else TurnHalves(part[.._half], part[_half..], sines, cosines);
            }
        }
    }

    /// <summary>Radians per position of each pair.</summary>
    internal static double[] Speeds(RopeConfig config)
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

    private static void TurnHalves(Span<float> x, Span<float> y, ReadOnlySpan<float> sines, ReadOnlySpan<float> cosines)
    {
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (a, b) = (new Vector<float>(x[i..]), new Vector<float>(y[i..]));
            var (sine, cosine) = (new Vector<float>(sines[i..]), new Vector<float>(cosines[i..]));
            ((a * cosine) - (b * sine)).CopyTo(x[i..]);
            ((b * cosine) + (a * sine)).CopyTo(y[i..]);
        }

        for (; i < x.Length; i++) (x[i], y[i]) = ((x[i] * cosines[i]) - (y[i] * sines[i]), (y[i] * cosines[i]) + (x[i] * sines[i]));
    }

    private static void TurnNeighbours(Span<float> x, ReadOnlySpan<float> sines, ReadOnlySpan<float> cosines)
    {
        for (var i = 0; i < sines.Length; i++)
        {
            var (a, b) = (x[2 * i], x[(2 * i) + 1]);
            (x[2 * i], x[(2 * i) + 1]) = ((a * cosines[i]) - (b * sines[i]), (b * cosines[i]) + (a * sines[i]));
        }
    }
}
