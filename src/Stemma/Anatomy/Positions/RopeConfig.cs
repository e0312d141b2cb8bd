namespace Stemma.Anatomy.Positions;

/// <summary>Rotary positions (Su et al., arXiv 2104.09864).</summary>
internal sealed record RopeConfig
{
    public required double Theta { get; init; }

    /// <summary>Numbers of each head that are turned, the first ones.</summary>
    public required int Rotary { get; init; }

    /// <summary>Neighbouring numbers are turned against each other; otherwise the two halves.</summary>
    public bool Interleaved { get; init; }

    public RopeScaling Scaling { get; init; }

    /// <summary>By how much positions are stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Positions of the training before stretching.</summary>
    public int Original { get; init; }

    /// <summary>What each pair's speed is divided by, with <see cref="RopeScaling.Divided"/>.</summary>
    public IReadOnlyList<float> Divisors { get; init; } = [];

    /// <summary>Llama 3: wavelengths between Original/High and Original/Low are stretched in part. YaRN: turns within Original, beta_fast and beta_slow.</summary>
    public (double Low, double High) Band { get; init; }

    /// <summary>YaRN: the edges of the band are whole numbers.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>What sines and cosines are multiplied by.</summary>
    public double Magnitude { get; init; } = 1;

    /// <summary>What attention's scores are multiplied by besides (DeepSeek's YaRN).</summary>
    public double ScoreFactor { get; init; } = 1;
}

internal enum RopeScaling
{
    None,

    /// <summary>Every position divided by the factor.</summary>
    Linear,

    /// <summary>Long wavelengths stretched, short ones kept (Llama 3.1).</summary>
    Llama3,

    /// <summary>The same by turns within the original length, and scores made steeper (Peng et al., arXiv 2309.00071).</summary>
    Yarn,

    /// <summary>Each pair by a number of its own, as files say that keep the result and not the rule (<c>rope_freqs</c> of GGUF).</summary>
    Divided,
}
