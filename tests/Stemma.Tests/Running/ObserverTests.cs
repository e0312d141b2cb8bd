using Stemma.Running;

namespace Stemma.Tests.Running;

/// <summary>What those who look on are told.</summary>
public sealed class ObserverTests
{
    private static readonly int[] Text = DrawnModel.Text(19);

    [Fact]
    public void Grouped_routing_asks_the_same_number_of_each_group_and_weighs_by_the_softmax_over_all()
    {
        using var drawn = DrawnModels.PanguProMoe(4, 12, 4);
        var log = Watch(drawn, out _);
        Assert.Equal(3 * Text.Length, log.Routed.Count);
        foreach (var layer in log.Routed.GroupBy(r => r.Layer)) Assert.Equal(Enumerable.Range(0, Text.Length), layer.Select(r => r.Position));
        foreach (var (layer, _, scores, chosen, weights) in log.Routed)
        {
            Assert.InRange(scores.Sum(), 1 - 1e-5f, 1 + 1e-5f);
            Assert.Equal([0, 1, 2, 3], chosen.Select(e => e / 3));
            var scale = drawn.Tensors[$"model.layers.{layer}.mlp.router_scale"].Numbers;
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(scores[(i * 3)..((i * 3) + 3)].Max(), scores[chosen[i]]);
                Assert.Equal(scores[chosen[i]] * scale[chosen[i]], weights[i]);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Free_routing_asks_the_likeliest(bool renormalise)
    {
        using var drawn = DrawnModels.Qwen2Moe(renormalise);
        foreach (var (_, _, scores, chosen, weights) in Watch(drawn, out _).Routed)
        {
            Assert.Equal(NaiveMath.Top(Array.ConvertAll(scores, s => (double)s), 3), chosen);
            var sum = renormalise ? chosen.Sum(e => scores[e]) : 1;
            for (var i = 0; i < 3; i++) Assert.InRange(Math.Abs(weights[i] - (scores[chosen[i]] / sum)), 0, 1e-6);
        }
    }

    [Fact]
    public void Hidden_states_begin_with_the_embedding_and_end_before_the_final_norm()
    {
        using var drawn = DrawnModels.Llama("llama");
        var log = Watch(drawn, out var logits);
        Assert.Equal([0, 1, 2, 3], log.States.Keys.Order());
        var embedding = drawn.Tensors["model.embed_tokens.weight"].Numbers;
        var math = new NaiveMath(drawn);
        for (var at = 0; at < Text.Length; at++)
        {
            Assert.Equal(embedding[(Text[at] * 44)..((Text[at] + 1) * 44)], log.States[0][at]);
            var last = math.Linear("lm_head", math.Rms("model.norm", Array.ConvertAll(log.States[3][at], x => (double)x), 1e-6));
            for (var i = 0; i < last.Length; i++) Assert.InRange(Math.Abs(last[i] - logits[at][i]), 0, 1e-4);
        }
    }

    [Fact]
    public void Nobody_looking_on_changes_nothing()
    {
        using var drawn = DrawnModels.PanguProMoe(null, 16, 8);
        Watch(drawn, out var watched);
        Assert.Equal(0, Outputs.Distance(watched, Outputs.Logits(drawn.Path, Text)));
    }

    private static Log Watch(DrawnModel drawn, out float[][] logits)
    {
        using var model = Transformer.Open(drawn.Path);
        var log = new Log();
        var table = new float[Text.Length][];
        model.Start(Text.Length, new(log, log)).Score(Text, (position, row) => table[position] = row.ToArray());
        logits = table;
        return log;
    }

    private sealed class Log : IRoutingObserver, IHiddenStateObserver
    {
        public List<(int Layer, int Position, float[] Scores, int[] Chosen, float[] Weights)> Routed { get; } = [];

        public Dictionary<int, List<float[]>> States { get; } = [];

        public void OnRouted(int layer, int position, ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, ReadOnlySpan<float> weights) =>
            Routed.Add((layer, position, scores.ToArray(), chosen.ToArray(), weights.ToArray()));

        public void OnHiddenStates(int depth, int firstPosition, ReadOnlySpan<float> states, int width)
        {
            if (!States.TryGetValue(depth, out var rows)) States[depth] = rows = [];
            Assert.Equal(firstPosition, rows.Count);
            for (var at = 0; at < states.Length; at += width) rows.Add(states.Slice(at, width).ToArray());
        }
    }
}
