using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;

namespace Stemma.Tests.Support;

/// <summary>
/// A transformer in double precision, written for plainness and not for speed: Llama and Qwen 2 blocks, mixtures of experts with and without groups, GPT-2.
/// It asks for weights by role, so it runs whatever the file calls them.
/// </summary>
internal sealed class ReferenceModel : IDisposable
{
    private readonly ModelWeights _weights;
    private readonly JsonElement _config;
    private readonly bool _gpt2;
    private readonly double _epsilon, _theta;

    private ReferenceModel(string path)
    {
        _weights = ModelWeights.Open(path);
        _config = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "config.json"))).RootElement;
        _gpt2 = _weights.Anatomy.Architecture == "gpt2";
        _epsilon = Number("rms_norm_eps", Number("layer_norm_epsilon", 1e-6));
        _theta = Number("rope_theta", 10_000);
    }

    /// <summary>Logits of every position, [position][token].</summary>
    public static double[][] Logits(string path, params int[] tokens)
    {
        using var model = new ReferenceModel(path);
        return model.Run(tokens);
    }

    /// <summary>Largest difference of two tables of logits over the standard deviation of the first: 0 means the same function.</summary>
    public static double Distance(double[][] a, double[][] b)
    {
        var all = a.SelectMany(row => row).ToList();
        var mean = all.Average();
        var deviation = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        return a.Zip(b, (x, y) => x.Zip(y, (p, q) => Math.Abs(p - q)).Max()).Max() / deviation;
    }

    public void Dispose() => _weights.Dispose();

    private double[][] Run(int[] tokens)
    {
        var embed = Matrix(TensorRole.Embed)!;
        var positions = Matrix(TensorRole.PosEmbed);
        var x = tokens.Select((token, at) => positions is null ? [.. embed[token]] : Add(embed[token], positions[at])).ToArray();
        for (var layer = 0; layer < _weights.Shape.Layers; layer++)
        {
            var read = Array.ConvertAll(x, row => Norm(row, TensorRole.NormAttn, layer));
            x = Add(x, Attention(read, layer));
            read = Array.ConvertAll(x, row => Norm(row, TensorRole.NormFfn, layer));
            x = Add(x, Array.ConvertAll(read, row => FeedForward(row, layer)));
        }

        var head = Matrix(TensorRole.LmHead) ?? embed;
        return Array.ConvertAll(x, row => Times(head, Norm(row, TensorRole.FinalNorm, TensorPart.NoLayer)));
    }

    private double[][] Attention(double[][] x, int layer)
    {
        var shape = _weights.Shape;
        var (q, k, v) = (Project(x, TensorRole.Q, layer), Project(x, TensorRole.K, layer), Project(x, TensorRole.V, layer));
        if (!_gpt2)
        {
            Turn(q, shape.Heads);
            Turn(k, shape.KvHeads);
        }

        var dim = shape.HeadDim;
        var mixed = x.Select(_ => new double[shape.Heads * dim]).ToArray();
        for (var head = 0; head < shape.Heads; head++)
        {
            var (qAt, kvAt) = (head * dim, head / (shape.Heads / shape.KvHeads) * dim);
            for (var at = 0; at < x.Length; at++)
            {
                var scores = Enumerable.Range(0, at + 1).Select(to => Enumerable.Range(0, dim).Sum(d => q[at][qAt + d] * k[to][kvAt + d]) / Math.Sqrt(dim)).ToArray();
                var share = Softmax(scores);
                for (var to = 0; to <= at; to++)
                    for (var d = 0; d < dim; d++) mixed[at][qAt + d] += share[to] * v[to][kvAt + d];
            }
        }

        return Project(mixed, TensorRole.O, layer);
    }

    /// <summary>Rotary positions, halves rotated against each other.</summary>
    private void Turn(double[][] x, int heads)
    {
        var half = _weights.Shape.HeadDim / 2;
        for (var at = 0; at < x.Length; at++)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var d = 0; d < half; d++)
                {
                    var (sine, cosine) = Math.SinCos(at * Math.Pow(_theta, -(double)d / half));
                    var (i, j) = ((head * 2 * half) + d, (head * 2 * half) + half + d);
                    (x[at][i], x[at][j]) = ((x[at][i] * cosine) - (x[at][j] * sine), (x[at][j] * cosine) + (x[at][i] * sine));
                }
            }
        }
    }

    private double[] FeedForward(double[] x, int layer)
    {
        if (_weights.Has(TensorRole.Up, layer)) return Expert(x, layer, TensorPart.NoExpert);
        var result = new double[x.Length];
        foreach (var (expert, weight) in Route(x, layer)) result = Add(result, Expert(x, layer, expert), weight);
        if (!_weights.Has(TensorRole.Up, layer, TensorPart.SharedExpert)) return result;
        var gate = Matrix(TensorRole.SharedGate, layer) is { } shared ? 1 / (1 + Math.Exp(-Times(shared, x)[0])) : 1;
        return Add(result, Expert(x, layer, TensorPart.SharedExpert), gate);
    }

    /// <summary>The experts that are asked and the weight of each; with groups the same number from each group.</summary>
    private IEnumerable<(int Expert, double Weight)> Route(double[] x, int layer)
    {
        var scores = Softmax(Times(Matrix(TensorRole.Router, layer)!, x));
        var scale = _weights.ReadVector(TensorRole.RouterScale, layer);
        var groups = (int)Number("num_groups", 1);
        var (perToken, inGroup) = ((int)Number("num_experts_per_tok", 1), scores.Length / groups);
        var chosen = Enumerable.Range(0, groups)
            .SelectMany(g => Enumerable.Range(g * inGroup, inGroup).OrderByDescending(e => scores[e]).ThenBy(e => e).Take(perToken / groups)).ToList();
        var renormalise = _weights.Anatomy.Architecture == "mixtral" || (_config.TryGetProperty("norm_topk_prob", out var flag) && flag.GetBoolean());
        var total = renormalise ? chosen.Sum(e => scores[e]) : 1;
        return chosen.Select(e => (e, scores[e] / total * (scale?[e] ?? 1)));
    }

    private double[] Expert(double[] x, int layer, int expert)
    {
        var up = Linear(x, TensorRole.Up, layer, expert);
        var active = Matrix(TensorRole.Gate, layer, expert) is null
            ? Array.ConvertAll(up, Gelu)
            : Linear(x, TensorRole.Gate, layer, expert).Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u).ToArray();
        return Linear(active, TensorRole.Down, layer, expert);
    }

    private double[] Norm(double[] x, TensorRole role, int layer)
    {
        var gain = _weights.Gain(new GainReference(role, layer))!;
        var shift = _weights.ReadVector(role, layer, bias: true);
        var mean = _gpt2 ? x.Average() : 0;
        var root = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + _epsilon);
        return [.. x.Select((value, i) => ((value - mean) / root * gain[i]) + (shift?[i] ?? 0))];
    }

    private double[][] Project(double[][] x, TensorRole role, int layer) => Array.ConvertAll(x, row => Linear(row, role, layer, TensorPart.NoExpert));

    private double[] Linear(double[] x, TensorRole role, int layer, int expert)
    {
        var y = Times(Matrix(role, layer, expert)!, x);
        var bias = _weights.ReadVector(role, layer, bias: true, expert);
        return bias is null ? y : [.. y.Select((value, i) => value + bias[i])];
    }

    private readonly Dictionary<(TensorRole, int, int), double[][]?> _matrices = [];

    private double[][]? Matrix(TensorRole role, int layer = TensorPart.NoLayer, int expert = TensorPart.NoExpert)
    {
        if (_matrices.TryGetValue((role, layer, expert), out var known)) return known;
        var matrix = _weights.Read(role, layer, expert);
        return _matrices[(role, layer, expert)] = matrix is null ? null : [.. Enumerable.Range(0, matrix.Rows).Select(i => Array.ConvertAll(matrix.Row(i).ToArray(), x => (double)x))];
    }

    private static double[] Times(double[][] matrix, double[] x) => Array.ConvertAll(matrix, row =>
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum += row[i] * x[i];
        return sum;
    });

    private static double[] Softmax(double[] scores)
    {
        var most = scores.Max();
        var powers = Array.ConvertAll(scores, s => Math.Exp(s - most));
        var total = powers.Sum();
        return Array.ConvertAll(powers, p => p / total);
    }

    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double[] Add(double[] a, double[] b, double weight = 1) => [.. a.Zip(b, (x, y) => x + (weight * y))];

    private static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => Add(x, y))];

    private double Number(string name, double otherwise) => _config.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
