using Stemma.Deriving.Writing;

namespace Stemma.Deriving.Operations;

/// <summary>Adds copies of layers behind them (depth up-scaling, Kim et al., SOLAR, 2023). Silent copies do nothing until they are trained (Wu et al., LLaMA Pro, 2024).</summary>
public sealed record Deepen : Derivation
{
    /// <summary>Layers to copy, zero-based; one that is named twice is copied twice.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>The copies' matrices that write the hidden state become zero: the function stays the same.</summary>
    public bool Silent { get; init; }

    internal override DerivationPlan Plan(DerivationInput input)
    {
        LayerStack.CheckLayers(input.Model, Layers);
        var layers = new List<LayerSource>();
        for (var layer = 0; layer < input.Model.Shape.Layers; layer++)
        {
            layers.Add(new(0, layer));
            layers.AddRange(Layers.Where(l => l == layer).Select(l => new LayerSource(0, l, Silent)));
        }

        return LayerStack.Plan(input, layers);
    }
}
