using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Running;
using Stemma.Running.Kernels;

namespace Stemma.Benchmarks;

/// <summary>
/// How fast a model runs, beside what the machine allows in the same minute: decoding beside a plain reading of the weights' bytes, a prompt beside OpenBLAS's
/// matrix product. Prints one line of JSON for each round.
/// </summary>
internal static class RunBenchmark
{
    private const int Before = 16, Chunk = 128;

    /// <summary>run FOLDER [--prompt N] [--tokens N] [--rounds N]</summary>
    public static int Run(string[] args)
    {
        var folder = args[0];
        var (prompt, tokens, rounds) = (Option(args, "--prompt", 512), Option(args, "--tokens", 12), Option(args, "--rounds", 3));
        using var model = Transformer.Open(folder);
        using var checkpoint = CheckpointOpener.Open(folder);
        var embedding = checkpoint.Tensors.Single(t => t.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal));
        var tied = !checkpoint.Tensors.Any(t => t.Name == "lm_head.weight");
        var read = checkpoint.Tensors.Where(t => tied || t != embedding).ToList();
        var bytes = read.Sum(t => t.ByteLength);
        var multiplied = checkpoint.Tensors.Where(t => t.Shape.Count == 2 && t != embedding && t.Name != "lm_head.weight").Sum(t => t.Count);
        ReadAll(checkpoint, read);
        for (var round = 0; round < rounds; round++)
        {
            var (reading, decoding) = Decode(model, tokens, () => ReadAll(checkpoint, read));
            var (product, prefill) = Prefill(model, prompt);
            var flops = 2.0 * Chunk * multiplied;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                read_gb_s = Round(bytes / Median(reading) / 1e9),
                decode_tokens_s = Round(1 / Median(decoding)),
                decode_gb_s = Round(bytes / Median(decoding) / 1e9),
                decode_of_bandwidth = Round(Median([.. reading.Zip(decoding, (plain, token) => plain / token)])),
                fastest_decode_of_fastest_read = Round(reading.Min() / decoding.Min()),
                sgemm_gflop_s = Round(Median(product) / 1e9),
                prefill_tokens_s = Round(Chunk / Median(prefill)),
                prefill_gflop_s = Round(flops / Median(prefill) / 1e9),
                prefill_of_sgemm = Round(Median([.. prefill.Zip(product, (seconds, rate) => flops / seconds / rate)])),
                fastest_prefill_of_fastest_sgemm = Round(flops / prefill.Min() / product.Max()),
            }));
        }

        return 0;
    }

    /// <summary>Seconds of each token after a short text, and of a plain reading just before each: what else the machine does then meets both alike.</summary>
    private static (double[] Reading, double[] Decoding) Decode(Transformer model, int tokens, Func<double> readAll)
    {
        var run = model.Start(Before + tokens + 1);
        run.Next([.. Enumerable.Range(10, Before)]);
        run.Next([7]);
        var (reading, decoding) = (new double[tokens], new double[tokens]);
        for (var i = 0; i < tokens; i++)
        {
            reading[i] = readAll();
            var clock = Stopwatch.StartNew();
            run.Next([20 + i]);
            decoding[i] = clock.Elapsed.TotalSeconds;
        }

        return (reading, decoding);
    }

    /// <summary>Seconds of each piece of a prompt, and OpenBLAS's operations a second just before each.</summary>
    private static (double[] Product, double[] Prefill) Prefill(Transformer model, int tokens)
    {
        var run = model.Start(tokens);
        var (product, prefill) = (new double[tokens / Chunk], new double[tokens / Chunk]);
        for (var i = 0; i < prefill.Length; i++)
        {
            product[i] = Product();
            var clock = Stopwatch.StartNew();
            run.Next([.. Enumerable.Range(10, Chunk)]);
            prefill[i] = clock.Elapsed.TotalSeconds;
        }

        return (product, prefill);
    }

    /// <summary>Operations a second of OpenBLAS on all processors, each with a product of its own, as a prompt's are.</summary>
    private static unsafe double Product()
    {
        const int Tokens = 512, Inputs = 2048, Outputs = 2048, Times = 3;
        var threads = Environment.ProcessorCount;
        var best = double.MaxValue;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var clock = Stopwatch.StartNew();
            Parallel.For(0, threads, _ =>
            {
                var (x, w, y) = (new float[Tokens * Inputs], new float[Outputs * Inputs], new float[Tokens * Outputs]);
                fixed (float* a = x, b = w, c = y)
                    for (var i = 0; i < Times; i++) OpenBlas.MultiplyTransposed(a, Tokens, Inputs, b, Outputs, c, Outputs);
            });
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return 2.0 * Tokens * Inputs * Outputs * Times * threads / best;
    }

    /// <summary>Seconds to look at every byte once, in the mapped files.</summary>
    private static unsafe double ReadAll(Checkpoint checkpoint, IReadOnlyList<TensorInfo> tensors)
    {
        const int Piece = 1 << 20;
        var pieces = tensors.SelectMany(t => Enumerable.Range(0, (int)(t.ByteLength / Piece)).Select(i => checkpoint.Map(t) + ((nint)i * Piece))).ToArray();
        var sink = 0UL;
        var clock = Stopwatch.StartNew();
        Parallel.For(0, pieces.Length, piece =>
        {
            var at = (ulong*)pieces[piece];
            Vector512<ulong> a = default, b = default;
            for (var i = 0; i < Piece / 8; i += 16) (a, b) = (a ^ Vector512.Load(at + i), b ^ Vector512.Load(at + i + 8));
            Interlocked.Add(ref sink, (a ^ b)[0]);
        });
        GC.KeepAlive(sink);
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static double Round(double value) => Math.Round(value, 3);

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is var at and >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
