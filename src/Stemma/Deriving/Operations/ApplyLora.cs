using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Operations;

/// <summary>
/// Merges a low-rank adapter (Hu et al., LoRA, 2022) of PEFT into its base model: W + alpha / r · B A. Understands rank-stabilised scales, patterns of alpha,
/// embeddings, DoRA's magnitudes, and modules and biases that were trained whole. Parents: the model, the adapter.
/// </summary>
public sealed record ApplyLora : Derivation
{
    internal override (int Least, int Most) Parents => (2, 2);

    internal override bool IsAdapter(int parent) => parent == 1;

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var (model, adapter) = (input.Model, input.Models[1]);
        var config = AdapterConfig.Read(adapter);
        var changes = AdapterTensors.Sort(adapter, model);
        return new()
        {
            Tensors = [.. model.Assignments.Select(a => changes.TryGetValue(a.Tensor.Name, out var change) ? Changed(input, a, change, config) : TensorEdits.Apply(model, a, input.Type, (_, values) => values))],
            Config = ConfigFile.Copy(model.Config),
            Companions = Companions.Of(model.Checkpoint.Folder),
        };
    }

    private static OutputTensor Changed(DerivationInput input, TensorAssignment assignment, AdapterChange change, AdapterConfig config)
    {
        var (model, adapter, tensor) = (input.Model, input.Models[1], assignment.Tensor);
        var type = TensorEdits.Writable(model, input.Type ?? tensor.Type);
        if (change.Replacement is { } replacement && !replacement.Tensor.Shape.SequenceEqual(tensor.Shape)) throw Misfit(adapter, replacement, tensor);
        // Whether a file stores [in, out] is told by the tensors; the adapter's word counts where they do not tell.
        var transposed = change.IsEmbedding || (assignment.Parts[0].Role == TensorRole.Unknown ? config.FanInFanOut : assignment.Parts[0].Transposed);
        if (change.A is { } a && change.B is { } b)
        {
            var (outputs, inputs) = transposed ? (tensor.Columns, tensor.Rows) : (tensor.Rows, tensor.Columns);
            if (a.Tensor.Columns != inputs || b.Tensor.Rows != outputs || a.Tensor.Rows != b.Tensor.Columns) throw Misfit(adapter, a, tensor);
        }

        return OutputTensor.Of(tensor.Name, type, tensor.Shape, () =>
        {
            Grid grid = change.Replacement is { } whole ? new StoredGrid(adapter.Checkpoint, whole.Tensor) : new StoredGrid(model.Checkpoint, tensor);
            if (change.A is not null && change.B is not null) grid = Add(adapter, grid, change, config, transposed, tensor.Name);
            return change.Magnitude is { } lengths ? Lengthen(grid, AdapterTensors.Load(adapter, lengths).Data, transposed, tensor.Name) : grid;
        });
    }

    /// <summary>Each stored row gains a sum of r rows.</summary>
    private static ChangedRows Add(SourceModel adapter, Grid grid, AdapterChange change, AdapterConfig config, bool transposed, string name)
    {
        var (a, b) = (AdapterTensors.Load(adapter, change.A!), AdapterTensors.Load(adapter, change.B!));
        var scale = config.Scale(name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name, a.Rows);
        // left [stored rows, r] times right [r, stored columns].
        var (left, right) = transposed ? (a.Transpose(), b.Transpose()) : (b, a);
        return new(grid, (first, rows, columns) =>
        {
            var sums = new double[columns];
            for (var at = 0; at < rows.Length; at += columns)
            {
                Array.Clear(sums);
                var factors = left.Row((int)(first + (at / columns)));
                for (var r = 0; r < factors.Length; r++)
                {
                    var row = right.Row(r);
                    for (var i = 0; i < sums.Length; i++) sums[i] += factors[r] * (double)row[i];
                }

                for (var i = 0; i < sums.Length; i++) rows[at + i] = (float)(rows[at + i] + (scale * sums[i]));
            }
        });
    }

    /// <summary>DoRA: each output's row of inputs gets the length that was learned.</summary>
    private static Grid Lengthen(Grid grid, float[] lengths, bool transposed, string name) => new PartGrid(grid, transposed, name).EachOutput((first, rows, columns) =>
    {
        for (var at = 0; at < rows.Length; at += columns)
        {
            var row = rows.Slice(at, columns);
            var factor = lengths[first + (at / columns)] / Math.Sqrt(Products.Dot(row, row));
            foreach (ref var value in row) value = (float)(value * factor);
        }
    }).Stored;

    private static StemmaException Misfit(SourceModel adapter, TensorAssignment assignment, TensorInfo tensor) => adapter.Refuse(
        $"{SafeText.Escape(assignment.Tensor.Name)} of [{string.Join(", ", assignment.Tensor.Shape)}]", $"sizes that fit {SafeText.Escape(tensor.Name)} of [{string.Join(", ", tensor.Shape)}]",
        "name the base model that the adapter was trained on", FaultCode.AdapterInvalid);
}
