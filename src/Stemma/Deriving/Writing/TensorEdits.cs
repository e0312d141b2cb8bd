using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;

namespace Stemma.Deriving.Writing;

/// <summary>Changes one part; returning what was given leaves it alone.</summary>
internal delegate PartGrid PartEdit(TensorPart part, PartGrid values);

/// <summary>Takes stored tensors apart into their parts, lets an operation change those, and puts them together in the stored layout.</summary>
internal static class TensorEdits
{
    /// <summary>Every tensor of a model, changed part by part. A tensor none of whose parts is changed is copied byte for byte.</summary>
    /// <param name="model">The parent.</param>
    /// <param name="type">The type to write; null to keep each tensor's.</param>
    /// <param name="edit">What to do with a part.</param>
    public static List<OutputTensor> Apply(SourceModel model, TensorType? type, PartEdit edit) => [.. model.Assignments.Select(a => Apply(model, a, type, edit))];

    /// <summary>One tensor as it is, in the type that is written.</summary>
    public static OutputTensor Keep(SourceModel model, TensorAssignment assignment, TensorType? type) => Apply(model, assignment, type, (_, values) => values);

    /// <summary>One tensor.</summary>
    /// <param name="name">The name in the new model; null to keep it.</param>
    public static OutputTensor Apply(SourceModel model, TensorAssignment assignment, TensorType? type, PartEdit edit, string? name = null)
    {
        var tensor = assignment.Tensor;
        name ??= tensor.Name;
        if (!tensor.Type.IsReal()) return OutputTensor.Copy(model.Checkpoint, tensor, name);
        var (plan, changed) = Build(model, assignment, edit);
        var target = type is not null && assignment.Parts[0].Role != TensorRole.Buffer ? type.Value : tensor.Type;
        if (!changed && target == tensor.Type) return OutputTensor.Copy(model.Checkpoint, tensor, name);
        return OutputTensor.Of(name, Writable(model, target), ShapeOf(tensor, plan), () => Build(model, assignment, edit).Grid);
    }

    /// <summary>The type that new tensors have: the one asked for, or that of the first matrix of a role.</summary>
    public static TensorType TypeOf(SourceModel model, TensorType? type, TensorRole role) =>
        Writable(model, type ?? model.Parts(role).Select(p => p.Tensor.Tensor.Type).FirstOrDefault(TensorType.F32));

    /// <summary>The same type, if numbers can be written in it.</summary>
    public static TensorType Writable(SourceModel model, TensorType type) => TensorEncoder.CanWrite(type)
        ? type
        : throw model.Refuse($"numbers of type {type}", "F32, BF16, F16 or F64 where numbers are changed", "name a type to write, for example --type bf16");

    private static (Grid Grid, bool Changed) Build(SourceModel model, TensorAssignment assignment, PartEdit edit)
    {
        var changed = false;
        var parts = new List<(TensorPart Part, Grid Grid)>();
        foreach (var part in assignment.Parts)
        {
            var before = model.Read(assignment, part);
            var after = part.Role == TensorRole.Buffer ? before : edit(part, before);
            changed |= !ReferenceEquals(before, after);
            parts.Add((part, after.Stored));
        }

        // Parts that share their rows lie side by side; such groups, or single parts, lie one below the other.
        var bands = parts.GroupBy(p => p.Part.Rows).Select(g => (g.Key, JoinedGrid.Columns([.. g.Select(p => (p.Part.Columns, p.Grid))]))).ToList();
        return (JoinedGrid.Rows(bands), changed);
    }

    /// <summary>The stored shape with the new sizes: the last axis is the columns, the one before it takes what the rows gained.</summary>
    private static long[] ShapeOf(TensorInfo tensor, Grid grid)
    {
        long[] shape = [.. tensor.Shape];
        if (shape.Length == 0) return shape;
        shape[^1] = grid.Columns;
        if (shape.Length > 1 && grid.Rows != tensor.Rows) shape[^2] = grid.Rows / shape[..^2].Aggregate(1L, (product, size) => product * size);
        return shape;
    }
}
