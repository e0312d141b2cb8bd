using static Stemma.Tests.Running.NaiveMath;

namespace Stemma.Tests.Running;

/// <summary>GPT-2 and GPT-NeoX, written from their published descriptions.</summary>
internal static class NaiveGpt
{
    public static double[][] Gpt2(DrawnModel model, int[] ids)
    {
        var m = new NaiveMath(model);
        var root = m.Has("transformer.wte.weight") ? "transformer." : "";
        var (heads, hidden) = (m.Size("n_head"), m.Size("n_embd"));
        var dim = hidden / heads;
        var x = ids.Select((id, at) => Plus(m.Row(root + "wte.weight", id), m.Row(root + "wpe.weight", at))).ToArray();
        for (var layer = 0; layer < m.Size("n_layer"); layer++)
        {
            var name = $"{root}h.{layer}.";
            var qkv = Array.ConvertAll(x, row => m.Conv1D(name + "attn.c_attn", m.LayerNorm(name + "ln_1", row, 1e-5)));
            var seen = Enumerable.Range(0, heads).Select(h => Attend(Head(qkv, h, dim), Head(qkv, heads + h, dim), Head(qkv, (2 * heads) + h, dim), 1 / Math.Sqrt(dim))).ToArray();
            x = [.. x.Select((row, at) => Plus(row, m.Conv1D(name + "attn.c_proj", [.. seen.SelectMany(head => head[at])])))];
            x = Array.ConvertAll(x, row => Plus(row, m.Conv1D(name + "mlp.c_proj", Array.ConvertAll(m.Conv1D(name + "mlp.c_fc", m.LayerNorm(name + "ln_2", row, 1e-5)), GeluTanh))));
        }

        return Array.ConvertAll(x, row => m.Linear(root + "wte", m.LayerNorm(root + "ln_f", row, 1e-5)));
    }

    public static double[][] NeoX(DrawnModel model, int[] ids)
    {
        var m = new NaiveMath(model);
        var (heads, hidden) = (m.Size("num_attention_heads"), m.Size("hidden_size"));
        var dim = hidden / heads;
        var speeds = Speeds(10_000, (int)(dim * m.Number("rotary_pct", 1)));
        var x = ids.Select(id => m.Row("gpt_neox.embed_in.weight", id)).ToArray();
        for (var layer = 0; layer < m.Size("num_hidden_layers"); layer++)
        {
            var name = $"gpt_neox.layers.{layer}.";
            var qkv = Array.ConvertAll(x, row => m.Linear(name + "attention.query_key_value", m.LayerNorm(name + "input_layernorm", row, 1e-5)));
            // [head][query, key, value][dim]
            var seen = Enumerable.Range(0, heads).Select(h => Attend(Turn(Head(qkv, 3 * h, dim)), Turn(Head(qkv, (3 * h) + 1, dim)), Head(qkv, (3 * h) + 2, dim), 1 / Math.Sqrt(dim))).ToArray();
            var after = x.Select((row, at) => Plus(row, m.Linear(name + "attention.dense", [.. seen.SelectMany(head => head[at])]))).ToArray();
            var read = m.Flag("use_parallel_residual") ? x : after;
            x = [.. after.Zip(read, (sum, row) => Plus(sum, m.Linear(name + "mlp.dense_4h_to_h",
                Array.ConvertAll(m.Linear(name + "mlp.dense_h_to_4h", m.LayerNorm(name + "post_attention_layernorm", row, 1e-5)), GeluErf))))];
        }

        return Array.ConvertAll(x, row => m.Linear("embed_out", m.LayerNorm("gpt_neox.final_layer_norm", row, 1e-5)));

        double[][] Turn(double[][] rows) => [.. rows.Select((row, at) => Rotate(row, at, speeds))];
    }
}
