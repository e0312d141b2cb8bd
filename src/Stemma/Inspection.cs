using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma;

/// <summary>One stored tensor as a header describes it.</summary>
/// <param name="Name">As stored; text of a stranger.</param>
/// <param name="Type">How numbers are stored.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="Role">What it does, for example <c>q</c>, <c>q+k+v</c> for a fused one, <c>up-bias</c>, <c>unknown</c>.</param>
/// <param name="Layer">Zero-based; null when it belongs to none.</param>
public sealed record InspectedTensor(string Name, TensorType Type, IReadOnlyList<long> Shape, string Role, int? Layer);

/// <summary>How much of a model one role takes.</summary>
/// <param name="Role">As in <see cref="InspectedTensor.Role"/>, one part of it.</param>
/// <param name="Tensors">Logical parts with that role; a stack of 64 experts counts 64.</param>
/// <param name="Parameters">Numbers in them.</param>
public sealed record RoleShare(string Role, int Tensors, long Parameters);

/// <summary>Something that the model says about itself; shown, never trusted.</summary>
/// <param name="Source">The file that says so.</param>
/// <param name="Key">For example <c>base_model</c>.</param>
/// <param name="Value">As written there.</param>
public sealed record DeclaredClaim(string Source, string Key, string Value);

/// <summary>What a checkpoint's headers and companion files say, without reading one weight.</summary>
public sealed record Inspection
{
    public required string Name { get; init; }
    public required string Format { get; init; }
    public required IReadOnlyList<CheckpointFile> Files { get; init; }

    /// <summary>The family that Stemma recognised by tensor names and shapes.</summary>
    public required string Architecture { get; init; }

    /// <summary>What the configuration calls itself.</summary>
    public string? DeclaredArchitecture { get; init; }
    public required ModelShape Shape { get; init; }

    /// <summary>In file order.</summary>
    public required IReadOnlyList<InspectedTensor> Tensors { get; init; }

    /// <summary>Largest first; buffers, which are not trained, are left out.</summary>
    public required IReadOnlyList<RoleShare> Roles { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public IReadOnlyList<DeclaredClaim> Declared { get; init; } = [];
    public required IReadOnlyList<Notice> Notices { get; init; }

    /// <summary>Numbers in weight tensors.</summary>
    public long Parameters => Roles.Sum(share => share.Parameters);

    /// <summary>Bytes of all weight files.</summary>
    public long Bytes => Files.Sum(file => file.Length);

    /// <summary>Puts together what the headers gave and what the names mean.</summary>
    public static Inspection Of(string name, Checkpoint checkpoint, ModelAnatomy anatomy, IReadOnlyList<DeclaredClaim> declared) => new()
    {
        Name = name,
        Format = checkpoint.Format,
        Files = checkpoint.Files,
        Architecture = anatomy.Architecture,
        DeclaredArchitecture = anatomy.DeclaredArchitecture,
        Shape = anatomy.Shape,
        Tensors = [.. anatomy.Assignments.Select(Describe)],
        Roles = Shares(anatomy),
        Metadata = checkpoint.Metadata,
        Declared = declared,
        Notices = [.. checkpoint.Notices, .. anatomy.Notices],
    };

    private static InspectedTensor Describe(TensorAssignment assignment)
    {
        var roles = assignment.Parts.Select(RoleOf).Distinct().ToList();
        var layers = assignment.Parts.Select(part => part.Layer).Distinct().ToList();
        var tensor = assignment.Tensor;
        var role = roles.Count == 0 ? "unknown" : string.Join('+', roles);
        return new(tensor.Name, tensor.Type, tensor.Shape, role, layers is [>= 0] ? layers[0] : null);
    }

    private static List<RoleShare> Shares(ModelAnatomy anatomy) =>
        [.. anatomy.Assignments
            .SelectMany(assignment => assignment.Parts)
            .Where(part => part.Role != TensorRole.Buffer)
            .GroupBy(RoleOf)
            .Select(group => new RoleShare(group.Key, group.Count(), group.Sum(part => part.Rows.Count * part.Columns.Count)))
            .OrderByDescending(share => share.Parameters).ThenBy(share => share.Role, StringComparer.Ordinal)];

    private static string RoleOf(TensorPart part)
    {
        var place = part.Expert == TensorPart.SharedExpert ? "shared-expert-" : part.Expert >= 0 ? "expert-" : "";
        return place + Kebab.Of(part.Role) + (part.IsBias && part.Role != TensorRole.RouterBias ? "-bias" : "");
    }
}
