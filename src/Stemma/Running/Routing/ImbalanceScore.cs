namespace Stemma.Running.Routing;

/// <summary>The imbalance score of a batch (Pangu Pro MoE, arXiv 2505.21411): IS(X) = (max_i T_i(X) - min_i T_i(X)) / |X|.</summary>
public static class ImbalanceScore
{
    /// <param name="loads">T_i, expert computations on each device; one device or more.</param>
    /// <param name="tokens">|X|, tokens in the batch; one or more.</param>
    /// <returns>0 where all devices do the same work; the unit is expert computations per token.</returns>
    public static double Of(ReadOnlySpan<int> loads, int tokens) => (double)Range(loads) / tokens;

    /// <summary>max - min.</summary>
    internal static int Range(ReadOnlySpan<int> loads)
    {
        var (least, most) = (loads[0], loads[0]);
        foreach (var load in loads) (least, most) = (Math.Min(least, load), Math.Max(most, load));
        return most - least;
    }
}
