using Stemma.Running.Layers;

namespace Stemma.Running.Routing;

/// <summary>Looks on while a model runs and counts, per layer, what its own rule, plain top-k and grouped routing make of the router's scores.</summary>
/// <param name="setting">Experts, groups, devices, tokens of a batch.</param>
/// <param name="probabilities">The scores are a softmax over all experts, so that the load-balancing loss is defined.</param>
internal sealed class RoutingMeter(RoutingSetting setting, bool probabilities) : IRoutingObserver
{
    private readonly SortedDictionary<int, LayerMeter> _layers = [];

    public void OnRouted(int layer, int position, ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, ReadOnlySpan<float> weights)
    {
        if (!_layers.TryGetValue(layer, out var meter)) _layers[layer] = meter = new(setting);
        meter.Add(scores, chosen);
    }

    public IReadOnlyList<LayerRouting> Result() => [.. _layers.Select(layer => layer.Value.Result(layer.Key, probabilities))];

    private sealed class LayerMeter(RoutingSetting setting)
    {
        private readonly double[] _probability = new double[setting.Experts];
        private readonly int[] _chosen = new int[setting.Top];
        private readonly RuleMeter _own = new(setting), _topK = new(setting), _grouped = new(setting);

        public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen)
        {
            for (var expert = 0; expert < scores.Length; expert++) _probability[expert] += scores[expert];
            _own.Add(chosen);
            Best.Of(scores, 0, scores.Length, _chosen);
            _topK.Add(_chosen);
            for (var group = 0; group < setting.Groups; group++)
                Best.Of(scores, group * setting.ExpertsPerGroup, setting.ExpertsPerGroup, _chosen.AsSpan(group * setting.TopPerGroup, setting.TopPerGroup));
            _grouped.Add(_chosen);
        }

        public LayerRouting Result(int layer, bool probabilities)
        {
            RuleLoad Of(RuleMeter meter) => meter.Result(probabilities ? _probability : null);
            return new(layer, Of(_own), Of(_topK), Of(_grouped));
        }
    }

    private sealed class RuleMeter(RoutingSetting setting)
    {
        private readonly long[] _experts = new long[setting.Experts];
        private readonly int[] _loads = new int[setting.Devices], _distinct = new int[setting.Devices];
        private readonly bool[] _seen = new bool[setting.Experts];
        private readonly RoutingTally _tally = new();
        private int _tokens, _inBatch;

        public void Add(ReadOnlySpan<int> chosen)
        {
            foreach (var expert in chosen)
            {
                _experts[expert]++;
                var device = expert / setting.ExpertsPerDevice;
                _loads[device]++;
                if (_seen[expert]) continue;
                _seen[expert] = true;
                _distinct[device]++;
            }

            _tokens++;
            if (++_inBatch < setting.Tokens) return;
            _tally.Add(_loads, _distinct);
            Array.Clear(_loads);
            Array.Clear(_distinct);
            Array.Clear(_seen);
            _inBatch = 0;
        }

        public RuleLoad Result(double[]? probability)
        {
            var devices = _experts.Chunk(setting.ExpertsPerDevice).Select(own => own.Sum()).ToList();
            var loss = probability is null ? (double?)null : AuxiliaryLoss.OfSums(_experts, probability, setting.Top, _tokens);
            return new(_tally.Estimate(setting), _experts, devices.Max() / devices.Average(), loss);
        }
    }
}
