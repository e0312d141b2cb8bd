using static Stemma.Tests.Running.NaiveMath;

namespace Stemma.Tests.Running;

/// <summary>The feed-forward block of one token: dense, or experts as each family's paper chooses them.</summary>
internal sealed class NaiveExperts(NaiveMath m)
{
    public double[] Forward(string layer, double[] x, Func<double, double> activation)
    {
        var mlp = layer + "mlp.";
        if (m.Has(layer + "block_sparse_moe.gate.weight")) return Mixtral(layer + "block_sparse_moe.", x);
        if (m.Has(mlp + "gate_up_proj.weight"))
        {
            var both = m.Linear(mlp + "gate_up_proj", x);
            var half = both.Length / 2;
            return m.Linear(mlp + "down_proj", [.. both[..half].Zip(both[half..], (g, u) => activation(g) * u)]);
        }

        if (!m.Has(mlp + "gate.weight")) return Ffn(mlp, x, activation);
        return m.Config.GetProperty("model_type").GetString() switch
        {
            "PanguProMoE" => Moge(mlp, x),
            "deepseek_v2" => DeepSeekV2(mlp, x),
            "deepseek_v3" => DeepSeekV3(mlp, x),
            _ => Qwen(mlp, x),
        };
    }

    private double[] Ffn(string name, double[] x, Func<double, double>? activation = null, string gate = "gate_proj", string up = "up_proj", string down = "down_proj") =>
        m.Linear(name + down, [.. m.Linear(name + gate, x).Zip(m.Linear(name + up, x), (g, u) => (activation ?? Silu)(g) * u)]);

    /// <summary>Softmax over the two best logits.</summary>
    private double[] Mixtral(string name, double[] x)
    {
        var logits = m.Linear(name + "gate", x);
        var chosen = Top(logits, m.Size("num_experts_per_tok"));
        var weights = Softmax([.. chosen.Select(e => logits[e])]);
        return Sum(x, chosen, weights, e => Ffn($"{name}experts.{e}.", x, null, "w1", "w3", "w2"));
    }

    /// <summary>Qwen2-MoE and Qwen3-MoE.</summary>
    private double[] Qwen(string name, double[] x)
    {
        var scores = Softmax(m.Linear(name + "gate", x));
        var chosen = Top(scores, m.Size("num_experts_per_tok"));
        var sum = m.Flag("norm_topk_prob") ? chosen.Sum(e => scores[e]) : 1;
        var y = Sum(x, chosen, [.. chosen.Select(e => scores[e] / sum)], e => Ffn($"{name}experts.{e}.", x));
        return m.Has(name + "shared_expert_gate.weight") ? Plus(y, Times(Sigmoid(m.Linear(name + "shared_expert_gate", x)[0]), Ffn(name + "shared_expert.", x))) : y;
    }

    /// <summary>Pangu Pro MoE: softmax over all, reshape to groups, the maximum of each, times router_scale, no renormalisation, shared expert added as it is.</summary>
    private double[] Moge(string name, double[] x)
    {
        var scores = Softmax(m.Linear(name + "gate", x));
        var groups = m.Size("num_groups", 8);
        var (size, each) = (scores.Length / groups, m.Size("num_experts_per_tok") / groups);
        var chosen = Enumerable.Range(0, groups).SelectMany(g => Top(scores[(g * size)..((g + 1) * size)], each).Select(e => e + (g * size))).ToArray();
        var scale = m.Vector(name + "router_scale");
        return Plus(Sum(x, chosen, [.. chosen.Select(e => scores[e] * scale[e])], e => Ffn($"{name}experts.{e}.", x)), Ffn(name + "shared_expert.", x));
    }

    private double[] DeepSeekV2(string name, double[] x)
    {
        var scores = Softmax(m.Linear(name + "gate", x));
        var allowed = scores;
        if (m.Config.TryGetProperty("topk_method", out var method) && method.GetString() == "group_limited_greedy")
        {
            var size = scores.Length / m.Size("n_group");
            var best = Top([.. Enumerable.Range(0, m.Size("n_group")).Select(g => scores[(g * size)..((g + 1) * size)].Max())], m.Size("topk_group"));
            allowed = [.. scores.Select((s, e) => best.Contains(e / size) ? s : 0)];
        }

        var chosen = Top(allowed, m.Size("num_experts_per_tok"));
        var factor = m.Number("routed_scaling_factor", 1);
        return Plus(Sum(x, chosen, [.. chosen.Select(e => scores[e] * factor)], e => Ffn($"{name}experts.{e}.", x)), Ffn(name + "shared_experts.", x));
    }

    private double[] DeepSeekV3(string name, double[] x)
    {
        var scores = Array.ConvertAll(m.Linear(name + "gate", x), Sigmoid);
        var ranks = Plus(scores, m.Vector(name + "gate.e_score_correction_bias"));
        var size = scores.Length / m.Size("n_group");
        var best = Top([.. Enumerable.Range(0, m.Size("n_group")).Select(g => ranks[(g * size)..((g + 1) * size)].OrderDescending().Take(2).Sum())], m.Size("topk_group"));
        var chosen = Top([.. ranks.Select((r, e) => best.Contains(e / size) ? r : double.NegativeInfinity)], m.Size("num_experts_per_tok"));
        var sum = chosen.Sum(e => scores[e]);
        var factor = m.Number("routed_scaling_factor", 1);
        return Plus(Sum(x, chosen, [.. chosen.Select(e => scores[e] / sum * factor)], e => Ffn($"{name}experts.{e}.", x)), Ffn(name + "shared_experts.", x));
    }

    private static double[] Sum(double[] x, int[] chosen, double[] weights, Func<int, double[]> expert)
    {
        var sum = new double[x.Length];
        for (var i = 0; i < chosen.Length; i++) sum = Plus(sum, Times(weights[i], expert(chosen[i])));
        return sum;
    }
}
