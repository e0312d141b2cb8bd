namespace Stemma.Sketching.Kinds;

/// <summary>Recognises tables that anybody computes alike: they are stored, but nobody trained them.</summary>
internal static class KnownFormula
{
    private const double Tolerance = 0.01;

    /// <summary>A geometric series that starts at one and falls: inverse rotary frequencies, theta^(-2i/d).</summary>
    public static bool IsRotaryFrequency(ReadOnlySpan<float> values)
    {
        if (values.Length < 4 || Math.Abs(values[0] - 1) > 1e-3 || values[1] is <= 0 or >= 1) return false;
        for (var i = 1; i < values.Length; i++)
            if (Math.Abs(values[i] - Math.Pow(values[1], i)) > Tolerance * Math.Pow(values[1], i)) return false;
        return true;
    }

    /// <summary>False when no row of a sinusoidal table at this position begins so.</summary>
    public static bool MayBeginSinusoid(float first, long position) => Math.Abs(first - Math.Sin(position)) < Tolerance;

    /// <summary>False when no row of starting states begins so.</summary>
    public static bool MayBeginStates(float first) => Math.Abs(first) < Tolerance || Math.Abs(first + 1) < Tolerance;

    /// <summary>Where the states of Mamba start (S4D-Real, Gu et al., arXiv 2206.11893): log 1, log 2, log 3 and so on as <c>A_log</c>, or -1, -2, -3 as GGUF keeps them.</summary>
    public static bool IsStates(ReadOnlySpan<float> row)
    {
        if (row.Length < 8) return false;
        bool logarithms = true, counted = true;
        for (var i = 0; i < row.Length && (logarithms || counted); i++)
        {
            logarithms &= Math.Abs(row[i] - Math.Log(i + 1)) < Tolerance;
            counted &= Math.Abs(row[i] + i + 1) < Tolerance * (i + 1);
        }

        return logarithms || counted;
    }

    /// <summary>Row <paramref name="position"/> of a sinusoidal position table (Vaswani et al. 2017, section 3.5), sines and cosines interleaved or in halves.</summary>
    public static bool IsSinusoid(ReadOnlySpan<float> row, long position)
    {
        if (row.Length < 8 || row.Length % 2 != 0) return false;
        bool interleaved = true, halves = true;
        var half = row.Length / 2;
        for (var i = 0; i < half && (interleaved || halves); i++)
        {
            var angle = position / Math.Pow(10_000, 2.0 * i / row.Length);
            double sine = Math.Sin(angle), cosine = Math.Cos(angle);
            interleaved &= Math.Abs(row[2 * i] - sine) < Tolerance && Math.Abs(row[(2 * i) + 1] - cosine) < Tolerance;
            halves &= Math.Abs(row[i] - sine) < Tolerance && Math.Abs(row[half + i] - cosine) < Tolerance;
        }

        return interleaved || halves;
    }
}
