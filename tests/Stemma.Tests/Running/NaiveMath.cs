using System.Text.Json;

namespace Stemma.Tests.Running;

/// <summary>A drawn model's tensors by name, in double precision, and the few operations that decoders are made of, as plain loops.</summary>
internal sealed class NaiveMath(DrawnModel model)
{
    public JsonElement Config { get; } = JsonDocument.Parse(model.Config).RootElement;

    public bool Has(string name) => model.Tensors.ContainsKey(name);

    public double Number(string name, double otherwise) => Config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;

    public int Size(string name, int otherwise = 0) => (int)Number(name, otherwise);

    public bool Flag(string name) => Config.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public double[] Vector(string name) => Array.ConvertAll(model.Tensors[name].Numbers, x => (double)x);

    public double[] Row(string name, int row)
    {
        var (shape, numbers) = model.Tensors[name];
        var width = (int)shape[^1];
        return [.. Enumerable.Range(row * width, width).Select(i => (double)numbers[i])];
    }

    /// <summary>W x + b for a torch Linear, stored [out, in].</summary>
    public double[] Linear(string module, double[] x)
    {
        var (shape, numbers) = model.Tensors[module + ".weight"];
        Assert.Equal(x.Length, shape[1]);
        var y = new double[shape[0]];
        for (var o = 0; o < y.Length; o++)
            for (var i = 0; i < x.Length; i++) y[o] += numbers[(o * x.Length) + i] * x[i];
        return Has(module + ".bias") ? Plus(y, Vector(module + ".bias")) : y;
    }

    /// <summary>x W + b for GPT-2's Conv1D, stored [in, out].</summary>
    public double[] Conv1D(string module, double[] x)
    {
        var (shape, numbers) = model.Tensors[module + ".weight"];
        Assert.Equal(x.Length, shape[0]);
        var y = Vector(module + ".bias");
        for (var i = 0; i < x.Length; i++)
            for (var o = 0; o < y.Length; o++) y[o] += x[i] * numbers[(i * y.Length) + o];
        return y;
    }

    public double[] Rms(string name, double[] x, double epsilon, double offset = 0)
    {
        var gain = Vector(name + ".weight");
        var root = Math.Sqrt((x.Sum(v => v * v) / x.Length) + epsilon);
        return [.. x.Select((v, i) => v / root * (gain[i] + offset))];
    }

    public double[] LayerNorm(string name, double[] x, double epsilon)
    {
        var mean = x.Sum() / x.Length;
        var root = Math.Sqrt((x.Sum(v => (v - mean) * (v - mean)) / x.Length) + epsilon);
        var (gain, shift) = (Vector(name + ".weight"), Vector(name + ".bias"));
        return [.. x.Select((v, i) => ((v - mean) / root * gain[i]) + shift[i])];
    }

    public static double[] Plus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static double[] Times(double factor, double[] x) => Array.ConvertAll(x, v => factor * v);

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x * Sigmoid(x);

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    public static double GeluErf(double x) => 0.5 * x * (1 + MathNet.Numerics.SpecialFunctions.Erf(x / Math.Sqrt(2)));

    public static double[] Softmax(double[] x)
    {
        var most = x.Max();
        var powers = Array.ConvertAll(x, v => Math.Exp(v - most));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, p => p / sum);
    }

    /// <summary>Attention of one head: every position looks at those before it, at most so many.</summary>
    public static double[][] Attend(double[][] q, double[][] k, double[][] v, double scale, int window = int.MaxValue) => [.. q.Select((query, at) =>
    {
        var seen = Enumerable.Range(0, at + 1).Where(to => at - to < window).ToArray();
        var shares = Softmax([.. seen.Select(to => scale * query.Zip(k[to], (a, b) => a * b).Sum())]);
        var sum = new double[v[0].Length];
        for (var s = 0; s < seen.Length; s++)
            for (var d = 0; d < sum.Length; d++) sum[d] += shares[s] * v[seen[s]][d];
        return sum;
    })];

    /// <summary>Rotates the first numbers of a head, halves against each other (GPT-NeoX) or neighbours (GPT-J).</summary>
    public static double[] Rotate(double[] head, int position, double[] speeds, bool neighbours = false, double magnitude = 1)
    {
        var result = (double[])head.Clone();
        for (var p = 0; p < speeds.Length; p++)
        {
            var (i, j) = neighbours ? (2 * p, (2 * p) + 1) : (p, p + speeds.Length);
            var (sine, cosine) = (magnitude * Math.Sin(position * speeds[p]), magnitude * Math.Cos(position * speeds[p]));
            result[i] = (head[i] * cosine) - (head[j] * sine);
            result[j] = (head[j] * cosine) + (head[i] * sine);
        }

        return result;
    }

    public static double[] Speeds(double theta, int rotary) => [.. Enumerable.Range(0, rotary / 2).Select(p => 1 / Math.Pow(theta, 2.0 * p / rotary))];

    /// <summary>A head's part of every row.</summary>
    public static double[][] Head(double[][] rows, int head, int size) => Array.ConvertAll(rows, row => row[(head * size)..((head + 1) * size)]);

    /// <summary>The largest numbers' places, largest first.</summary>
    public static int[] Top(double[] x, int count) => [.. Enumerable.Range(0, x.Length).OrderByDescending(i => x[i]).ThenBy(i => i).Take(count)];
}
