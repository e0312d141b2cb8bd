using Stemma.Anatomy.Families;
using Stemma.Anatomy.Inference;

namespace Stemma.Anatomy;

/// <summary>
/// Which gains were folded into the sketch of a matrix, told from a fingerprint alone: the family's rules and the gains that the model has, as when it was sketched.
/// </summary>
public sealed class FoldedGains
{
    private static readonly IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> None = new Dictionary<TensorRole, IReadOnlyList<GainRule>>();

    private readonly IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> _input, _output;
    private readonly HashSet<GainReference> _present;

    /// <param name="architecture">Name of the family, or <c>inferred</c>.</param>
    /// <param name="gains">Gains of the model, biases left aside.</param>
    public FoldedGains(string architecture, IEnumerable<GainReference> gains)
    {
        _present = [.. gains.Where(gain => RoleTraits.IsGain(gain.Role))];
        var family = ArchitectureLibrary.All.FirstOrDefault(one => one.Name == architecture);
        // Where norms stand in a model of unknown names is told by a norm behind the last layer, and nothing is folded without one.
        var inferred = family is null && _present.Any(gain => gain.Role == TensorRole.FinalNorm);
        (_input, _output) = (family?.InputGains ?? (inferred ? RoleInference.PreNorm : None), family?.OutputGains ?? None);
    }

    /// <summary>The gain folded into a matrix; null when there is none.</summary>
    public GainReference? Of(TensorRole role, int layer) =>
        role is TensorRole.O or TensorRole.Down ? GainResolver.First(_output, role, layer, _present) : GainResolver.First(_input, role, layer, _present);
}
