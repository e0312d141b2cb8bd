using Stemma.Foundation;

namespace Stemma.Running.Routing;

/// <summary>
/// The auxiliary load-balancing loss of Pangu Pro MoE (arXiv 2505.21411, after Switch Transformer, arXiv 2101.03961):
/// <code>
/// l_aux = alpha * sum_i f_i p_i           over the N experts
/// f_i   = N / (K |B|) * sum_t 1{token t selects expert i}
/// p_i   = 1 / |B| * sum_t S_it            S the softmax over all N experts, before any grouping
/// </code>
/// With even loads f_i = 1, and l_aux = alpha because the p_i sum to one; an expert that is chosen more often and has more probability costs more.
/// </summary>
public static class AuxiliaryLoss
{
    /// <summary>The loss of one batch.</summary>
    /// <param name="probabilities">S, [tokens, experts] row by row: each row a softmax over all experts.</param>
    /// <param name="chosen">[tokens, K] row by row: the experts that each token selects.</param>
    /// <param name="experts">N.</param>
    /// <param name="perToken">K.</param>
    /// <param name="alpha">The loss's weight.</param>
    /// <returns>Without a unit; alpha when loads are even, at most alpha N / K.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.RoutingSettingInvalid"/>: the lengths do not belong together, or an expert is not among the N.</exception>
    public static double Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> chosen, int experts, int perToken, double alpha = 1)
    {
        Demand(experts > 0 && perToken > 0, $"{experts} experts, {perToken} per token", "1 or more of each");
        var tokens = chosen.Length / perToken;
        Demand(tokens > 0 && (long)tokens * perToken == chosen.Length && (long)tokens * experts == probabilities.Length,
            $"{chosen.Length} choices of {perToken} per token and {probabilities.Length} probabilities of {experts} experts", "as many tokens in both, 1 or more");
        var (selected, probability) = (new long[experts], new double[experts]);
        foreach (var expert in chosen)
        {
            Demand(expert >= 0 && expert < experts, $"expert {expert}", $"0 to {experts - 1}");
            selected[expert]++;
        }

        for (var at = 0; at < probabilities.Length; at++) probability[at % experts] += probabilities[at];
        return alpha * OfSums(selected, probability, perToken, tokens);
    }

    /// <summary>The loss with alpha = 1, from sums over the tokens.</summary>
    /// <param name="selected">[experts] tokens that select each expert.</param>
    /// <param name="probability">[experts] sum of S over the tokens.</param>
    /// <param name="perToken">K.</param>
    /// <param name="tokens">|B|.</param>
    internal static double OfSums(long[] selected, double[] probability, int perToken, int tokens)
    {
        double sum = 0;
        for (var expert = 0; expert < selected.Length; expert++) sum += Fraction(selected[expert], selected.Length, perToken, tokens) * probability[expert] / tokens;
        return sum;
    }

    /// <summary>f_i: 1 when the expert gets its even share.</summary>
    public static double Fraction(long selected, int experts, int perToken, int tokens) => (double)experts * selected / ((double)perToken * tokens);

    private static void Demand(bool holds, string found, string allowed)
    {
        if (!holds) throw new StemmaException(FaultCode.RoutingSettingInvalid, "", null, found, allowed);
    }
}
