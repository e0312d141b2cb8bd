using Stemma.Deriving.Writing;

namespace Stemma.Deriving.Operations;

/// <summary>Leaves out layers (Gromov et al. 2024); the others move up.</summary>
public sealed record DropLayers : Derivation
{
    /// <summary>Layers to leave out, zero-based.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    internal override DerivationPlan Plan(DerivationInput input)
    {
        LayerStack.CheckLayers(input.Model, Layers);
        return LayerStack.Plan(input, [.. Enumerable.Range(0, input.Model.Shape.Layers).Except(Layers).Select(layer => new LayerSource(0, layer))]);
    }
}
