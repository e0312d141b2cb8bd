using Stemma.Foundation;

namespace Stemma.Running.Routing;

/// <summary>Draws the experts of one token after the other by a rule, all experts being equally likely. One per batch: the same seed gives the same batch.</summary>
internal sealed class ExpertDraw
{
    private readonly RoutingSetting _setting;
    private readonly RoutingRule _rule;
    private readonly int[] _order;
    private ulong _seed;
    private ulong _position;

    public ExpertDraw(RoutingSetting setting, RoutingRule rule)
    {
        (_setting, _rule) = (setting, rule);
        _order = new int[setting.Experts];
    }

    /// <summary>Begins a batch of its own seed.</summary>
    public void Begin(ulong seed)
    {
        (_seed, _position) = (seed, 0);
        for (var expert = 0; expert < _order.Length; expert++) _order[expert] = expert;
    }

    /// <summary>The experts of the next token.</summary>
    /// <param name="chosen">[K], filled with numbers of experts.</param>
    public void Token(Span<int> chosen)
    {
        if (_rule is RoutingRule.Independent)
        {
            foreach (ref var expert in chosen) expert = Below(_order.Length);
            return;
        }

        var (runs, length, each) = _rule is RoutingRule.Grouped ? (_setting.Groups, _setting.ExpertsPerGroup, _setting.TopPerGroup) : (1, _setting.Experts, _setting.Top);
        var at = 0;
        for (var run = 0; run < runs; run++)
        {
            // A partial shuffle (Fisher and Yates) of any order leaves a uniformly random choice in front, so the order of the last token serves again.
            var order = _order.AsSpan(run * length, length);
            for (var i = 0; i < each; i++)
            {
                var other = i + Below(length - i);
                (order[i], order[other]) = (order[other], order[i]);
                chosen[at++] = order[i];
            }
        }
    }

    /// <summary>Uniform over 0 .. bound - 1, to within bound / 2^64.</summary>
    private int Below(int bound) => (int)Math.BigMul(SeededHash.Mix(_seed, _position++), (ulong)bound, out _);
}
