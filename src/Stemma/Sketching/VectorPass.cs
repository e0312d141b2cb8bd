using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Sketching.Kernels;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Reads a tensor of one row whole: gains, biases, scales. They are few, small and needed before the matrices.</summary>
internal static class VectorPass
{
    public static TensorSketch Read(Checkpoint checkpoint, TensorAssignment assignment, GainBook gains, bool keepValues)
    {
        var tensor = assignment.Tensor;
        var bytes = new byte[checked((int)tensor.ByteLength)];
        if (tensor.Rows > 0) checkpoint.ReadRows(tensor, 0, bytes);
        var digest = BandDigests.Combine([Xxh3.Hash128(bytes)]);
        if (!StreamLayout.IsSummed(tensor.Type)) return new(tensor.Name, tensor.Type, tensor.Shape, digest, []);

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
        return new PartSketch
        {
            Role = part.Role,
            IsBias = part.IsBias,
            Layer = part.Layer,
            Expert = part.Expert,
            Head = part.Head,
            Inferred = part.Inferred,
            Units = values.Length,
            Inner = 1,
            Moments = sums.Sample.ToMoments(values.Length, sums.Sums, sums.NonFinite),
            CommonMaterial = common,
            GainOffset = part.GainOffset,
            Values = keep ? values : null,
        };
    }
}
