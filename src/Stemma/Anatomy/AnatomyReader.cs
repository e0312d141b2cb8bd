using Stemma.Anatomy.Families;
using Stemma.Anatomy.Inference;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>Finds out which tensor does what, from names first, shapes second, and the configuration only where both leave a question open.</summary>
public static class AnatomyReader
{
    /// <summary>Reads the anatomy of an opened checkpoint: GGUF carries its configuration itself, other formats have it beside them.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">How notices call it.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/> when config.json is broken.</exception>
    public static ModelAnatomy Read(Checkpoint checkpoint, string name) => Read(
        checkpoint.Tensors, GgufConfig.IsIn(checkpoint) ? GgufConfig.Read(checkpoint.Metadata) : ModelConfig.Read(checkpoint.Folder), name);

    /// <summary>Reads the anatomy of a checkpoint from its header.</summary>
    /// <param name="tensors">Every tensor of the checkpoint.</param>
    /// <param name="folder">Where config.json may stand; null for nowhere.</param>
    /// <param name="checkpointName">How notices call the checkpoint.</param>
    /// <returns>One assignment per tensor, in the order given. Tensors that nobody knows have the role <see cref="TensorRole.Unknown"/>; none is left out.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/> when config.json is broken.</exception>
    public static ModelAnatomy Read(IReadOnlyList<TensorInfo> tensors, string? folder, string checkpointName) => Read(tensors, ModelConfig.Read(folder), checkpointName);

    private static ModelAnatomy Read(IReadOnlyList<TensorInfo> tensors, ModelConfig config, string checkpointName)
    {
        var notices = new NoticeBook();
        var buffers = new HashSet<TensorInfo>(tensors.Where(BufferNames.IsBuffer), ReferenceEqualityComparer.Instance);
        var weights = buffers.Count == 0 ? tensors : [.. tensors.Where(tensor => !buffers.Contains(tensor))];
        CompanionTensors.Note(weights, notices);

        var family = FamilyMatcher.Choose(weights, config.ModelType);
        var assigned = family is null ? RoleInference.Assign(weights) : FamilyAssigner.Assign(family, weights, config, notices);
        var (kept, hidden) = RoleChecks.Apply(assigned, notices);
        kept = family is null ? RoleInference.ResolveGains(kept) : GainResolver.Resolve(kept, family.InputGains, family.OutputGains);
        if (family is not null && config.Hidden > 0 && hidden > 0 && config.Hidden != hidden)
            notices.Say("config-differs", $"The configuration declares a width of {config.Hidden}, the tensors have {hidden}");

        var known = kept.Exists(assignment => assignment.Parts[0].Role != TensorRole.Unknown);
        var architecture = family is not null ? family.Name : known ? "inferred" : "unknown";
        if (known) NoteUnknown(kept, notices);
        else notices.Say("roles-unknown", $"No tensor of {SafeText.Escape(checkpointName)} has a name or shape that tells its role; all take part by name and shape");
        return new ModelAnatomy(architecture, config.DeclaredArchitecture, ShapeReader.Read(kept, hidden, config, notices), Merge(tensors, buffers, kept), notices.ToNotices());
    }

    private static void NoteUnknown(List<TensorAssignment> assignments, NoticeBook notices)
    {
        foreach (var assignment in assignments)
        {
            if (assignment.Parts[0].Role == TensorRole.Unknown)
                notices.Add("role-unknown", "it has no known role and takes part by name and shape only", assignment.Tensor.Name);
        }
    }

    private static List<TensorAssignment> Merge(IReadOnlyList<TensorInfo> tensors, HashSet<TensorInfo> buffers, List<TensorAssignment> assigned)
    {
        var next = 0;
        return [.. tensors.Select(tensor => buffers.Contains(tensor) ? new TensorAssignment(tensor, [PartsOf.Whole(tensor, TensorRole.Buffer)]) : assigned[next++])];
    }
}
