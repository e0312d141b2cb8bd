using System.Numerics;
using Stemma.Anatomy.Positions;
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
        var speeds = RotarySpeeds.Of(config);
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
