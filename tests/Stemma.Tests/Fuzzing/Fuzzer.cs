using System.Diagnostics;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Fuzzing;

/// <summary>Opens inputs as the program would and allows two ends only: a model, or a refusal with a code, both soon and without taking much memory.</summary>
internal sealed class Fuzzer(FuzzTarget target) : IDisposable
{
    /// <summary>Files of a few kilobytes: what takes longer or more than this was told to by the file. A busy machine gets three tries.</summary>
    private const int MostSeconds = 10, MostTries = 3, MostShrinks = 400, MostTensors = 64, MostRows = 4;
    private const long MostBytes = 64 << 20, LongestRow = 1 << 20;

    private readonly TempFolder _folder = new();

    /// <summary>Where failing inputs are kept for ever.</summary>
    public static string Crashes => Repository.At("tests", "Stemma.Tests", "Fuzzing", "crashes");

    /// <summary>What went wrong with an input; null when nothing did.</summary>
    public string? Try(byte[] input)
    {
        var path = _folder.Write(target.FileName, input);
        for (var attempt = 1; ; attempt++)
        {
            var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
            try
            {
                Exercise(path);
            }
            catch (StemmaException)
            {
                // A refusal is one of the two ends that are allowed.
            }
            catch (Exception escaped)
            {
                return escaped.GetType().Name;
            }

            if (GC.GetAllocatedBytesForCurrentThread() - before > MostBytes) return "took too much memory";
            if (clock.Elapsed.TotalSeconds <= MostSeconds) return null;
            if (attempt == MostTries) return "took too long";
        }
    }

    /// <summary>Runs inputs one after another until one fails, or until told to stop.</summary>
    /// <param name="seed">Of the first input.</param>
    /// <param name="again">Asked before each input with the number of inputs so far.</param>
    /// <returns>The kept file and what went wrong; null when nothing did.</returns>
    public string? Run(int seed, Func<int, bool> again)
    {
        var mutator = new FuzzMutator(target);
        for (var i = 0; again(i); i++)
        {
            var input = mutator.Make(unchecked(seed + i));
            if (Try(input) is not { } wrong) continue;
            var small = Shrink(input, wrong);
            Directory.CreateDirectory(Crashes);
            var kept = Path.Combine(Crashes, $"{target.Name}-{Xxh3.Hash128(small).ToString()[..12]}");
            File.WriteAllBytes(kept, small);
            return $"{target.Name}, seed {unchecked(seed + i)}: {wrong}; {small.Length} bytes kept as {kept}";
        }

        return null;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Takes pieces out, and sets what is left to zero, as long as the same thing goes wrong.</summary>
    private byte[] Shrink(byte[] input, string wrong)
    {
        var tries = 0;
        for (var piece = input.Length / 2; piece > 0 && tries < MostShrinks; piece /= 2)
        {
            for (var at = 0; at + piece <= input.Length && tries < MostShrinks; tries++)
            {
                byte[] shorter = [.. input[..at], .. input[(at + piece)..]];
                if (Try(shorter) == wrong) input = shorter;
                else at += piece;
            }
        }

        for (var at = 0; at < input.Length && tries < 2 * MostShrinks; at++, tries++)
        {
            byte[] plainer = [.. input];
            plainer[at] = 0;
            if (Try(plainer) == wrong) input = plainer;
        }

        return input;
    }

    /// <summary>Opens, asks for roles and tokens, reads and decodes the beginning of each tensor.</summary>
    private static void Exercise(string path)
    {
        using var checkpoint = CheckpointOpener.Open(path);
        AnatomyReader.Read(checkpoint, "fuzz");
        foreach (var tensor in checkpoint.Tensors.Take(MostTensors).Where(tensor => tensor.Rows > 0 && tensor.RowBytes is > 0 and < LongestRow))
        {
            var rows = new byte[Math.Min(MostRows, tensor.Rows) * tensor.RowBytes];
            checkpoint.ReadRows(tensor, 0, rows);
            if (tensor.Type.IsFloat()) TensorDecoder.Decode(tensor.Type, rows, new float[TensorDecoder.CountOf(tensor.Type, rows.Length)]);
        }

        TokenTableReader.Of(checkpoint);
    }
}
