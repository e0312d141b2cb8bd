namespace Stemma.Anatomy.Families;

/// <summary>A gain that may stand before or after a matrix: of the same layer, or of the layer before.</summary>
internal readonly record struct GainRule(TensorRole Role, bool PreviousLayer);

/// <summary>One architecture file, checked and ready for use.</summary>
internal sealed class ArchitectureFamily
{
    public required string Name { get; init; }

    /// <summary>Values of the configuration's <c>model_type</c> that speak for this family when names alone fit several; <c>gemma*</c> means any that begins so.</summary>
    public required IReadOnlyList<string> ModelTypes { get; init; }

    /// <summary>How many families it extends; of two that fit alike the plainer is meant.</summary>
    public required int Depth { get; init; }

    /// <summary>Prefixes that may stand before every name, for example <c>model.</c>; the empty one is always allowed.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Effective scale minus stored gain: 1 for Gemma.</summary>
    public required float GainOffset { get; init; }

    /// <summary>By role: the gains that may scale its input; the first that the checkpoint has counts.</summary>
    public required IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> InputGains { get; init; }

    /// <summary>By role: the gains that may scale its output.</summary>
    public required IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> OutputGains { get; init; }

    /// <summary>By key, see <see cref="TensorPattern.Key"/>; names of whole modules and of single parameters never meet.</summary>
    public required Dictionary<string, TensorPattern> Patterns { get; init; }

    /// <summary>True when the configuration's model type is one of the family's.</summary>
    public bool Claims(string modelType) => modelType.Length > 0 && ModelTypes.Any(type =>
        type.EndsWith('*') ? modelType.StartsWith(type[..^1], StringComparison.OrdinalIgnoreCase) : type.Equals(modelType, StringComparison.OrdinalIgnoreCase));

    /// <summary>The pattern for a name's key, or null; <paramref name="isBias"/> tells a module's bias from its weight.</summary>
    public TensorPattern? Find(ReadOnlySpan<char> key, out bool isBias)
    {
        var found = FindUnder(key, out isBias);
        foreach (var root in Roots)
        {
            if (found is null && key.StartsWith(root, StringComparison.Ordinal)) found = FindUnder(key[root.Length..], out isBias);
        }

        return found;
    }

    private TensorPattern? FindUnder(ReadOnlySpan<char> key, out bool isBias)
    {
        isBias = false;
        var byText = Patterns.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byText.TryGetValue(key, out var whole) && whole.Parameter)
        {
            isBias = whole.Bias;
            return whole;
        }

        var dot = key.LastIndexOf('.');
        if (dot < 0) return null;
        isBias = key[(dot + 1)..] is "bias" or "beta";
        if (!isBias && key[(dot + 1)..] is not ("weight" or "gamma")) return null;
        return byText.TryGetValue(key[..dot], out var module) && !module.Parameter ? module : null;
    }
}
