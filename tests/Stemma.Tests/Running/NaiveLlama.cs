using static Stemma.Tests.Running.NaiveMath;

namespace Stemma.Tests.Running;

/// <summary>Decoders with Llama's names, as their papers and published code describe them: everything but the blocks is the same.</summary>
internal sealed class NaiveLlama(DrawnModel model)
{
    private readonly NaiveMath _m = new(model);

    /// <summary>Angles per position; the default is plain rotary positions over the whole head.</summary>
    public double[]? Speeds { get; init; }

    public double Magnitude { get; init; } = 1;

    /// <summary>Extra factor on attention's scores.</summary>
    public double Steeper { get; init; } = 1;

    /// <summary>Positions that a layer sees.</summary>
    public Func<int, int> Window { get; init; } = _ => int.MaxValue;

    public double Theta { get; init; } = 10_000;

    public double Epsilon { get; init; } = 1e-6;

    public bool Gemma { get; init; }

    public bool Tied { get; init; }

    public double[][] Logits(int[] ids)
    {
        var x = ids.Select(id => _m.Row("model.embed_tokens.weight", id)).ToArray();
        if (Gemma) x = Array.ConvertAll(x, row => Times(Math.Sqrt(row.Length), row));
        for (var layer = 0; layer < _m.Size("num_hidden_layers"); layer++)
        {
            var name = $"model.layers.{layer}.";
            var read = Array.ConvertAll(x, row => Norm(name + "input_layernorm", row));
            var seen = _m.Has(name + "self_attn.kv_b_proj.weight") ? Latent(name + "self_attn.", read) : Attention(name + "self_attn.", read, Window(layer));
            x = [.. x.Zip(seen, Plus)];
            x = Array.ConvertAll(x, row => Plus(row, new NaiveExperts(_m).Forward(name, Norm(name + "post_attention_layernorm", row), Gemma ? GeluTanh : Silu)));
        }

        return Array.ConvertAll(x, row => _m.Linear(Tied ? "model.embed_tokens" : "lm_head", Norm("model.norm", row)));
    }

    private double[] Norm(string name, double[] x) => _m.Rms(name, x, Epsilon, Gemma ? 1 : 0);

    private double[][] Attention(string name, double[][] x, int window)
    {
        var (heads, groups, dim) = (_m.Size("num_attention_heads"), _m.Size("num_key_value_heads"), _m.Size("head_dim"));
        double[][] q, k, v;
        if (_m.Has(name + "qkv_proj.weight"))
        {
            var all = Array.ConvertAll(x, row => _m.Linear(name + "qkv_proj", row));
            q = Array.ConvertAll(all, row => row[..(heads * dim)]);
            k = Array.ConvertAll(all, row => row[(heads * dim)..((heads + groups) * dim)]);
            v = Array.ConvertAll(all, row => row[((heads + groups) * dim)..]);
        }
        else
        {
            q = Array.ConvertAll(x, row => _m.Linear(name + "q_proj", row));
            k = Array.ConvertAll(x, row => _m.Linear(name + "k_proj", row));
            v = Array.ConvertAll(x, row => _m.Linear(name + "v_proj", row));
        }

        var mixed = x.Select(_ => new List<double>()).ToArray();
        for (var head = 0; head < heads; head++)
        {
            var group = head / (heads / groups);
            var seen = Attend(Turned(name + "q_norm", Head(q, head, dim)), Turned(name + "k_norm", Head(k, group, dim)), Head(v, group, dim), Steeper / Math.Sqrt(dim), window);
            for (var at = 0; at < x.Length; at++) mixed[at].AddRange(seen[at]);
        }

        return Array.ConvertAll(mixed, row => _m.Linear(name + "o_proj", [.. row]));
    }

    private double[][] Turned(string norm, double[][] rows) => [.. rows.Select((row, at) =>
        Rotate(_m.Has(norm + ".weight") ? _m.Rms(norm, row, Epsilon) : row, at, Speeds ?? NaiveMath.Speeds(Theta, row.Length), magnitude: Magnitude))];

    /// <summary>DeepSeek-V2, equations 9 to 19; the turned part is stored with neighbours paired.</summary>
    private double[][] Latent(string name, double[][] x)
    {
        var (heads, rank, plain, turned, value) = (_m.Size("num_attention_heads"), _m.Size("kv_lora_rank"), _m.Size("qk_nope_head_dim"), _m.Size("qk_rope_head_dim"), _m.Size("v_head_dim"));
        var speeds = Speeds ?? NaiveMath.Speeds(Theta, turned);
        var q = Array.ConvertAll(x, row => _m.Has(name + "q_a_proj.weight") ? _m.Linear(name + "q_b_proj", _m.Rms(name + "q_a_layernorm", _m.Linear(name + "q_a_proj", row), Epsilon)) : _m.Linear(name + "q_proj", row));
        var a = Array.ConvertAll(x, row => _m.Linear(name + "kv_a_proj_with_mqa", row));
        var shared = a.Select((row, at) => Rotate(row[rank..], at, speeds, neighbours: true, Magnitude)).ToArray();
        var b = Array.ConvertAll(a, row => _m.Linear(name + "kv_b_proj", _m.Rms(name + "kv_a_layernorm", row[..rank], Epsilon)));
        var mixed = x.Select(_ => new List<double>()).ToArray();
        for (var head = 0; head < heads; head++)
        {
            var query = Head(q, head, plain + turned).Select((row, at) => (double[])[.. row[..plain], .. Rotate(row[plain..], at, speeds, neighbours: true, Magnitude)]).ToArray();
            var both = Head(b, head, plain + value);
            var key = both.Select((row, at) => (double[])[.. row[..plain], .. shared[at]]).ToArray();
            var seen = Attend(query, key, Array.ConvertAll(both, row => row[plain..]), Steeper / Math.Sqrt(plain + turned));
            for (var at = 0; at < x.Length; at++) mixed[at].AddRange(seen[at]);
        }

        return Array.ConvertAll(mixed, row => _m.Linear(name + "o_proj", [.. row]));
    }
}
