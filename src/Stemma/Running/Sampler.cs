using Stemma.Foundation;

namespace Stemma.Running;

/// <summary>How the next token is drawn from logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>Logits are divided by it; 0 always takes the likeliest token.</summary>
    public double Temperature { get; init; }

    /// <summary>Only so many of the likeliest tokens may be drawn; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the fewest likeliest tokens that have this probability together may be drawn (Holtzman et al., arXiv 1904.09751); 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The same seed draws the same tokens from the same logits.</summary>
    public ulong Seed { get; init; }
}

/// <summary>Draws tokens, the first with step 0.</summary>
public sealed class Sampler(SamplingOptions options)
{
    private ulong _step;

    /// <summary>The next token. Of equal logits the smaller id counts as likelier.</summary>
    /// <param name="logits">One for each token of the vocabulary.</param>
    public int Draw(ReadOnlySpan<float> logits)
    {
        var step = _step++;
        if (options.Temperature <= 0) return Likeliest(logits);
        var (ids, shares) = Candidates(logits);
        var total = 0.0;
        var kept = 0;
        while (kept < shares.Length && total < options.TopP) total += shares[kept++];
        // 53 bits of a hash of seed and step, uniform in [0, total).
        var at = (SeededHash.Mix(options.Seed, step) >> 11) * (1.0 / (1L << 53)) * total;
        for (var i = 0; i < kept - 1; i++)
        {
            at -= shares[i];
            if (at < 0) return ids[i];
        }

        return ids[kept - 1];
    }

    /// <summary>Ids that may be drawn, likeliest first, and their probabilities among themselves.</summary>
    private (int[] Ids, double[] Shares) Candidates(ReadOnlySpan<float> logits)
    {
        var ids = new int[logits.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = i;
        var keys = logits.ToArray();
        // The id breaks ties, so that the order does not depend on the sort.
        ids.AsSpan().Sort((a, b) => keys[a] != keys[b] ? keys[b].CompareTo(keys[a]) : a.CompareTo(b));
        if (options.TopK > 0 && options.TopK < ids.Length) ids = ids[..options.TopK];
        var shares = Array.ConvertAll(ids, id => Math.Exp((keys[id] - (double)keys[ids[0]]) / options.Temperature));
        var sum = shares.Sum();
        for (var i = 0; i < shares.Length; i++) shares[i] /= sum;
        return (ids, shares);
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
