using Stemma.Deriving.Writing;
using Stemma.Foundation;

namespace Stemma.Deriving.Operations;

/// <summary>Consecutive layers of one parent.</summary>
/// <param name="Parent">Which of the parents, zero-based.</param>
/// <param name="First">First layer, zero-based.</param>
/// <param name="Last">Last layer, included.</param>
public sealed record LayerRange(int Parent, int First, int Last);

/// <summary>Stacks layers of several models of one shape (a "frankenmerge", mergekit's passthrough). Embedding from the first layer's parent, final norm and head from the last one's.</summary>
public sealed record Stack : Derivation
{
    private const int MostLayers = 10_000;

    internal override (int Least, int Most) Parents => (1, 26);

    /// <summary>Layers of the new model, from its first to its last.</summary>
    public IReadOnlyList<LayerRange> Layers { get; init; } = [];

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var layers = new List<LayerSource>();
        foreach (var range in Layers)
        {
            if (range.Parent < 0 || range.Parent >= input.Models.Count)
                throw new StemmaException(FaultCode.DerivationParameter, "", null, $"layers of parent {Letter(range.Parent)}", $"{Letter(0)} to {Letter(input.Models.Count - 1)}, the models in the order given");
            LayerStack.CheckLayers(input.Models[range.Parent], [range.First, range.Last]);
            layers.AddRange(Enumerable.Range(range.First, range.Last - range.First + 1).Select(layer => new LayerSource(range.Parent, layer)));
            if (layers.Count > MostLayers) throw new StemmaException(FaultCode.DerivationParameter, "", null, $"more than {MostLayers} layers", "fewer");
        }

        return LayerStack.Plan(input, layers);
    }

    private static char Letter(int parent) => (char)('a' + parent);
}
