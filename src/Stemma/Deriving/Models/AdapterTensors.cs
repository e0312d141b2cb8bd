using Stemma.Anatomy;
using Stemma.Deriving.Grids;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Models;

/// <summary>What an adapter does to one tensor.</summary>
internal sealed class AdapterChange
{
    public TensorAssignment? A { get; set; }
    public TensorAssignment? B { get; set; }

    /// <summary>Lengths of the outputs' rows (Liu et al., DoRA, 2024).</summary>
    public TensorAssignment? Magnitude { get; set; }

    /// <summary>Numbers that stand in the tensor's place: modules that were trained whole, biases.</summary>
    public TensorAssignment? Replacement { get; set; }

    /// <summary>A and B of an embedding: A [r, tokens], B [hidden, r].</summary>
    public bool IsEmbedding { get; set; }
}

/// <summary>Sorts an adapter's tensors by the tensor of the base model that each changes; one that changes none is refused.</summary>
internal static class AdapterTensors
{
    private const string Prefix = "base_model.model.";

    /// <summary>By name of the base model's tensor.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.AdapterInvalid"/>.</exception>
    public static Dictionary<string, AdapterChange> Sort(SourceModel adapter, SourceModel model)
    {
        var changes = new Dictionary<string, AdapterChange>(StringComparer.Ordinal);
        foreach (var assignment in adapter.Assignments)
        {
            var (tensor, kind) = Split(assignment.Tensor.Name);
            var target = Find(model, tensor) ?? throw Refuse(adapter, assignment, $"a tensor of {SafeText.Escape(model.Name)}: {SafeText.Escape(tensor)}", "name the base model that the adapter was trained on");
            if (!changes.TryGetValue(target.Tensor.Name, out var change)) changes[target.Tensor.Name] = change = new();
            if (kind is "A" or "EA") change.A = assignment;
            else if (kind is "B" or "EB") change.B = assignment;
            else if (kind == "M") change.Magnitude = assignment;
            else change.Replacement = assignment;
            change.IsEmbedding |= kind is "EA" or "EB";
        }

        foreach (var change in changes.Values)
        {
            if (change.A is null != change.B is null) throw Refuse(adapter, (change.A ?? change.B)!, "its counterpart beside it", "download the adapter again");
        }

        return changes;
    }

    /// <summary>The numbers of an adapter's matrix as they are stored.</summary>
    public static Matrix Load(SourceModel adapter, TensorAssignment assignment) => WholeGrid.Load(new StoredGrid(adapter.Checkpoint, assignment.Tensor), assignment.Tensor.Name);

    private static (string Tensor, string Kind) Split(string name)
    {
        if (name.StartsWith(Prefix, StringComparison.Ordinal)) name = name[Prefix.Length..];
        name = name.Replace(".modules_to_save.default.", ".", StringComparison.Ordinal).Replace(".modules_to_save.", ".", StringComparison.Ordinal).Replace(".default", "", StringComparison.Ordinal).Replace(".base_layer.", ".", StringComparison.Ordinal);
        foreach (var (ending, kind) in new[] { (".lora_embedding_A", "EA"), (".lora_embedding_B", "EB"), (".lora_A.weight", "A"), (".lora_B.weight", "B"), (".lora_magnitude_vector.weight", "M"), (".lora_magnitude_vector", "M") })
            if (name.EndsWith(ending, StringComparison.Ordinal)) return (name[..^ending.Length] + ".weight", kind);
        return (name, "");
    }

    /// <summary>The tensor of that name; or the only one whose name ends like it, since wrappers put words in front on either side.</summary>
    private static TensorAssignment? Find(SourceModel model, string name)
    {
        if (model.Find(name) is { } exact) return exact;
        var alike = model.Assignments.Where(a => a.Tensor.Name.EndsWith("." + name, StringComparison.Ordinal) || name.EndsWith("." + a.Tensor.Name, StringComparison.Ordinal)).Take(2).ToList();
        return alike.Count == 1 ? alike[0] : null;
    }

    private static StemmaException Refuse(SourceModel adapter, TensorAssignment assignment, string allowed, string remedy) =>
        adapter.Refuse($"the tensor {SafeText.Escape(assignment.Tensor.Name)}", allowed, remedy, FaultCode.AdapterInvalid);
}
