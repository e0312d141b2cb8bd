namespace Stemma.Anatomy.Families;

/// <summary>Points every matrix at the gains that scale it, if the checkpoint has them.</summary>
internal static class GainResolver
{
    /// <summary>The same assignments with <see cref="TensorPart.InputGain"/> and <see cref="TensorPart.OutputGain"/> filled in.</summary>
    public static List<TensorAssignment> Resolve(
        List<TensorAssignment> assignments,
        IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> input,
        IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> output)
    {
        var present = assignments.SelectMany(assignment => assignment.Parts)
            .Where(part => RoleTraits.IsGain(part.Role) && !part.IsBias)
            .Select(part => new GainReference(part.Role, part.Layer)).ToHashSet();
        return
        [
            .. assignments.Select(assignment => assignment with
            {
                Parts = [.. assignment.Parts.Select(part => part.IsBias ? part : part with
                {
                    InputGain = First(input, part.Role, part.Layer, present),
                    OutputGain = First(output, part.Role, part.Layer, present),
                })],
            }),
        ];
    }

    /// <summary>The first gain that a rule names for a matrix and that the checkpoint has.</summary>
    public static GainReference? First(
        IReadOnlyDictionary<TensorRole, IReadOnlyList<GainRule>> rules, TensorRole role, int layer, IReadOnlySet<GainReference> present)
    {
        if (!rules.TryGetValue(role, out var gains)) return null;
        foreach (var gain in gains)
        {
            var reference = new GainReference(gain.Role, LayerOf(gain, layer));
            if (present.Contains(reference)) return reference;
        }

        return null;
    }

    /// <summary>Within layers, a gain of no layer is read by the first alone: BERT's embedding norm.</summary>
    private static int LayerOf(GainRule gain, int layer)
    {
        const int Nowhere = -2;
        if (RoleTraits.IsGlobal(gain.Role)) return layer <= 0 ? TensorPart.NoLayer : Nowhere;
        if (layer < 0 || (gain.PreviousLayer && layer == 0)) return Nowhere;
        return gain.PreviousLayer ? layer - 1 : layer;
    }
}
