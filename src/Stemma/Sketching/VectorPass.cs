using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Sketching.Kernels;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Reads a tensor of one row whole: gains, biases, scales. They are few, small and needed before the matrices.</summary>
internal static class VectorPass
{
    /// <summary>Vectors whose bytes are in memory at once: at most 8 MB each, and nearly always a few kilobytes.</summary>
    private const int Together = 32;

    /// <summary>All vectors of a model in name order; their gains are in the book afterwards.</summary>
    public static List<TensorSketch> ReadAll(Checkpoint checkpoint, ModelAnatomy anatomy, GainBook gains, IWorkProgress progress, CancellationToken cancel)
    {
        var room = RecipeSizing.ValueRoom(anatomy.Assignments.Sum(a => a.Tensor.StoredBytes));
        var read = new List<TensorSketch>();
        foreach (var batch in anatomy.Assignments.Where(a => RecipeSizing.IsVector(a.Tensor)).OrderBy(a => a.Tensor.Name, StringComparer.Ordinal).Chunk(Together))
        {
            cancel.ThrowIfCancellationRequested();
            var loaded = Load(checkpoint, [.. batch.Select(a => a.Tensor)]);
            for (var i = 0; i < batch.Length; i++)
            {
                room -= batch[i].Tensor.Count * sizeof(float);
                read.Add(Read(loaded[i], batch[i], gains, keepValues: room >= 0));
                progress.Advance(batch[i].Tensor.ByteLength);
            }
        }

        return read;
    }

    /// <summary>The stored bytes of some vectors. Where every question costs a journey, several are asked at a time.</summary>
    private static byte[][] Load(Checkpoint checkpoint, IReadOnlyList<TensorInfo> tensors)
    {
        var loaded = new byte[tensors.Count][];
        var next = -1;
        var readers = Enumerable.Range(1, Math.Clamp(checkpoint.Readers, 1, tensors.Count) - 1)
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            Work();
        }
        finally
        {
            Volatile.Write(ref next, tensors.Count);
            Task.WhenAll(readers).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }

        foreach (var reader in readers) reader.GetAwaiter().GetResult();
        return loaded;

        void Work()
        {
            for (int at; (at = Interlocked.Increment(ref next)) < tensors.Count;)
            {
                var bytes = new byte[checked((int)tensors[at].ByteLength)];
                if (tensors[at].Rows > 0)
                {
                    checkpoint.Expect(tensors[at], 0, tensors[at].Rows);
                    checkpoint.ReadRows(tensors[at], 0, bytes);
                }

                loaded[at] = bytes;
            }
        }
    }

    private static TensorSketch Read(byte[] bytes, TensorAssignment assignment, GainBook gains, bool keepValues)
    {
        var tensor = assignment.Tensor;
        var digest = BandDigests.Combine([Xxh3.Hash128(bytes)]);
        if (!tensor.Type.IsReal()) return new(tensor.Name, tensor.Type, tensor.Shape, digest, []);

        var numbers = new float[checked((int)tensor.Count)];
        TensorDecoder.Decode(tensor.Type, bytes, numbers);
        var parts = new List<PartSketch>(assignment.Parts.Count);
        foreach (var part in assignment.Parts)
        {
            var values = Select(part, numbers);
            gains.Add(part, values);
            parts.Add(Summarise(part, values, keepValues && part.Expert == TensorPart.NoExpert));
        }

        return new(tensor.Name, tensor.Type, tensor.Shape, digest, parts) { Packing = tensor.Packing?.Name };
    }

    private static float[] Select(TensorPart part, float[] numbers)
    {
        var slice = part.Columns.Count == numbers.Length || part.Rows.Count <= 1 ? part.Columns : part.Rows;
        var values = new float[slice.Count];
        var at = 0;
        for (var runs = new AxisRuns(slice, 0, numbers.Length); runs.Next(out var run);)
            for (var i = 0; i < run.Count; i++) values[at++] = numbers[run.First + i];
        return values;
    }

    private static PartSketch Summarise(TensorPart part, float[] values, bool keep)
    {
        var sums = new BandSums();
        sums.NonFinite = RangeKernel.Sanitise(values);
        if (values.Length > 0)
        {
            var row = Float32Source.BytesOf(values);
            sums.Add(RowKernel.Run<Float32Source>(row, new float[values.Length], new float[Recipe.Projection]));
            sums.Sample.Add<Float32Source>(0, row, values.Length);
        }

        var common = part.Role == TensorRole.Buffer || sums.Sample.Trivial || KnownFormula.IsRotaryFrequency(values);
        return PartSketch.Of(part, values.Length, inner: 1, sums.Sample.ToMoments(values.Length, sums.Sums, sums.NonFinite), common) with { Values = keep ? values : null };
    }
}
