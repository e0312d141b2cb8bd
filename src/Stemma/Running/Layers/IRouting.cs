using Stemma.Running.Config;
using Stemma.Running.Kernels;

namespace Stemma.Running.Layers;

/// <summary>Chooses experts for a token.</summary>
internal interface IRouting
{
    /// <summary>Experts for each token.</summary>
    int PerToken { get; }

    /// <summary>Chooses.</summary>
    /// <param name="scores">The router's logits, one for each expert; probabilities afterwards.</param>
    /// <param name="chosen">Becomes the experts.</param>
    /// <param name="weights">Becomes the weight of each.</param>
    void Choose(Span<float> scores, Span<int> chosen, Span<float> weights);
}

/// <summary>
/// Mixture of Grouped Experts (Pangu Pro MoE, arXiv 2505.21411, equations 5 to 7): softmax over all experts, the best few of each group, no renormalisation;
/// a learned factor for each expert where the model has one. Every group gets the same number of tokens.
/// </summary>
internal sealed class GroupedRouting(RoutingConfig config, float[]? scale) : IRouting
{
    private readonly int _size = config.Experts / config.EqualGroups, _perGroup = config.PerToken / config.EqualGroups;

    public int PerToken => config.PerToken;

    public void Choose(Span<float> scores, Span<int> chosen, Span<float> weights)
    {
        Vectors.Softmax(scores);
        for (var group = 0; group < config.EqualGroups; group++) Best.Of(scores, group * _size, _size, chosen.Slice(group * _perGroup, _perGroup));
        for (var i = 0; i < chosen.Length; i++) weights[i] = scores[chosen[i]] * (scale?[chosen[i]] ?? 1);
    }
}

/// <summary>
/// The best experts of all (Mixtral, Qwen), or of the best groups (DeepSeek-V2, arXiv 2405.04434, section 2.2.2; V3, arXiv 2412.19437, section 2.1.2: sigmoid
/// scores, and a bias that counts for the choice but not for the weight).
/// </summary>
internal sealed class TopKRouting(RoutingConfig config, float[]? bias) : IRouting
{
    public int PerToken => config.PerToken;

    public void Choose(Span<float> scores, Span<int> chosen, Span<float> weights)
    {
        if (config.Sigmoid)
            foreach (ref var score in scores) score = 1 / (1 + MathF.Exp(-score));
        else Vectors.Softmax(scores);
        Span<float> ranks = new float[scores.Length];
        scores.CopyTo(ranks);
        if (bias is not null) Vectors.Add(ranks, bias);
        if (config.LimitedGroups > 1) LeaveGroupsOut(ranks);
        Best.Of(ranks, 0, ranks.Length, chosen);
        var sum = 0f;
        for (var i = 0; i < chosen.Length; i++) sum += weights[i] = scores[chosen[i]];
        var factor = (float)config.Scale / (config.Renormalise ? sum : 1);
        foreach (ref var weight in weights) weight *= factor;
    }

    /// <summary>Experts outside the best groups cannot be chosen.</summary>
    private void LeaveGroupsOut(Span<float> ranks)
    {
        var size = ranks.Length / config.LimitedGroups;
        Span<float> merit = new float[config.LimitedGroups];
        Span<int> best = stackalloc int[Math.Min(config.GroupByTwo ? 2 : 1, size)];
        for (var group = 0; group < merit.Length; group++)
        {
            Best.Of(ranks, group * size, size, best);
            foreach (var expert in best) merit[group] += ranks[expert];
        }

        Span<int> kept = new int[config.GroupsKept];
        Best.Of(merit, 0, merit.Length, kept);
        for (var group = 0; group < merit.Length; group++)
            if (!kept.Contains(group)) ranks.Slice(group * size, size).Fill(float.NegativeInfinity);
    }
}

/// <summary>Finds the largest of some numbers.</summary>
internal static class Best
{
    /// <summary>Places of the largest numbers of a stretch, largest first; of equal ones the earlier.</summary>
    public static void Of(ReadOnlySpan<float> numbers, int start, int length, Span<int> places)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var best = -1;
            for (var at = start; at < start + length; at++)
                if (!places[..i].Contains(at) && (best < 0 || numbers[at] > numbers[best])) best = at;
            places[i] = best;
        }
    }
}
