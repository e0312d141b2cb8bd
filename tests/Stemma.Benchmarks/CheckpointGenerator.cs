using System.Runtime.InteropServices;
using System.Text.Json;
using MathNet.Numerics.Distributions;
using Stemma.Checkpoints.Safetensors;
using Stemma.Foundation;

namespace Stemma.Benchmarks;

/// <summary><c>generate FOLDER --gb N</c>: writes a sharded bf16 checkpoint of normal weights, for measuring. The same size gives the same bytes.</summary>
internal static class CheckpointGenerator
{
    private const long ShardBytes = 2_000_000_000;

    public static int Run(string[] args)
    {
        if (args is not ([_] or [_, "--gb", _]))
        {
            Console.Error.WriteLine("generate FOLDER [--gb N]");
            return 4;
        }

        var layers = CheckpointShape.LayersFor(args.Length == 3 ? double.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 8);
        Directory.CreateDirectory(args[0]);
        var shards = Cut(CheckpointShape.Tensors(layers));
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var s = 0; s < shards.Count; s++)
        {
            var name = $"model-{s + 1:D5}-of-{shards.Count:D5}.safetensors";
            foreach (var tensor in shards[s]) map.Add(tensor.Name, name);
            Write(Path.Combine(args[0], name), shards[s]);
        }

        var total = shards.SelectMany(s => s).Sum(t => t.ByteLength);
        File.WriteAllText(
            Path.Combine(args[0], "model.safetensors.index.json"), JsonSerializer.Serialize(new { metadata = new { total_size = total }, weight_map = map }));
        File.WriteAllText(Path.Combine(args[0], "config.json"), CheckpointShape.Config(layers));
        Console.WriteLine($"{total / 1e9:F2} GB, {layers} layers, {map.Count} tensors, {shards.Count} shards");
        return 0;
    }

    private static List<List<SafetensorsTensor>> Cut(IEnumerable<SafetensorsTensor> tensors)
    {
        var shards = new List<List<SafetensorsTensor>>();
        var room = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.ByteLength > room)
            {
                shards.Add([]);
                room = ShardBytes;
            }

            shards[^1].Add(tensor);
            room -= tensor.ByteLength;
        }

        return shards;
    }

    private static void Write(string path, List<SafetensorsTensor> tensors)
    {
        using var file = File.Create(path, 1 << 20);
        var writer = new SafetensorsWriter(file, tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        var buffer = new ushort[1 << 20];
        var (weights, gains) = (Quantiles(0, 0.02), Quantiles(1, 0.1));
        foreach (var tensor in tensors)
        {
            var table = tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? gains : weights;
            var state = SeededHash.SeedOf(tensor.Name);
            for (var left = tensor.ByteLength / 2; left > 0; left -= buffer.Length)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
                state = Fill(piece, table, state);
                writer.Append(MemoryMarshal.AsBytes(piece));
            }
        }

        writer.Finish();
    }

    /// <summary>Draws from the table by a xorshift generator (Marsaglia 2003), four numbers a step.</summary>
    private static ulong Fill(Span<ushort> numbers, ushort[] table, ulong state)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i % 4 == 0)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
            }

            numbers[i] = table[(ushort)(state >> (16 * (i % 4)))];
        }

        return state;
    }

    /// <summary>The normal distribution's 65,536 quantiles as bf16.</summary>
    private static ushort[] Quantiles(double mean, double deviation)
    {
        var table = new ushort[1 << 16];
        for (var i = 0; i < table.Length; i++)
            table[i] = (ushort)(BitConverter.SingleToUInt32Bits((float)Normal.InvCDF(mean, deviation, (i + 0.5) / table.Length)) >> 16);
        return table;
    }
}
