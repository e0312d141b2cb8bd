using System.Text.Json.Serialization;
using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;

namespace Stemma.Deriving.Operations;

/// <summary>How models become one. Definitions and defaults are those of mergekit (Goddard et al. 2024).</summary>
public enum MergeMethod
{
    /// <summary>Weighted mean.</summary>
    Linear,

    /// <summary>On the great circle between two models, tensor by tensor (Shoemake 1985).</summary>
    Slerp,

    /// <summary>Base plus weighted differences from it (Ilharco et al. 2023).</summary>
    TaskArithmetic,

    /// <summary>The same with the smallest differences trimmed and only those counted that agree with the elected sign (Yadav et al., TIES, 2023).</summary>
    Ties,

    /// <summary>Base plus weighted differences of which a random share is dropped and the rest scaled up (Yu et al., DARE, 2024).</summary>
    DareLinear,

    /// <summary>The same with the elected sign of TIES.</summary>
    DareTies,
}

/// <summary>Merges models of one shape, number by number. Methods that need a base take it as the first parent.</summary>
public sealed record Merge : Derivation
{
    internal override (int Least, int Most) Parents => Method == MergeMethod.Slerp ? (2, 2) : (2, 64);

    /// <summary>How.</summary>
    public MergeMethod Method { get; init; }

    /// <summary>A weight for each model but the base; none: all 1. For slerp one number, where to stop between the first (0) and the second (1); none: 0.5.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Share of the differences that is kept by TIES and DARE, one number for all models or one for each; none: all.</summary>
    public IReadOnlyList<double> Densities { get; init; } = [];

    /// <summary>Factor on the merged difference.</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>Divide by the sum of the weights that took part; null: as the method does (linear and TIES do).</summary>
    public bool? Normalise { get; init; }

    /// <summary>The first parent is what the others differ from.</summary>
    [JsonIgnore]
    public bool HasBase => Method is MergeMethod.TaskArithmetic or MergeMethod.Ties or MergeMethod.DareLinear or MergeMethod.DareTies;

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var merged = input.Models.Count - (HasBase ? 1 : 0);
        var weights = Method == MergeMethod.Slerp ? Fill(Weights, "--weights", 1, 0.5) : Fill(Weights, "--weights", merged, 1);
        var densities = Fill(Densities.Count == 1 ? [.. Enumerable.Repeat(Densities[0], merged)] : Densities, "--density", merged, 1);
        if (densities.Exists(d => !(d is > 0 and <= 1))) throw Invalid("a density outside of 0 to 1", "above 0, up to 1");
        foreach (var other in input.Models.Skip(1)) Requirements.Alike(input.Model, other, Name);
        return DerivationPlan.Of(input.Model, [.. input.Model.Assignments.Select(a => Tensor(input, a, weights, densities))]);
    }

    private OutputTensor Tensor(DerivationInput input, TensorAssignment assignment, List<double> weights, List<double> densities)
    {
        var tensor = assignment.Tensor;
        if (!tensor.Type.IsReal() || assignment.Parts[0].Role == TensorRole.Buffer) return OutputTensor.Copy(input.Model.Checkpoint, tensor, tensor.Name);
        var type = TensorEdits.Writable(input.Model, input.Type ?? tensor.Type);
        return OutputTensor.Of(tensor.Name, type, tensor.Shape, () =>
        {
            var grids = input.Models.Select(m => (Grid)new StoredGrid(m.Checkpoint, m.Find(tensor.Name)!.Tensor)).ToList();
            return Method switch
            {
                MergeMethod.Linear => MixedGrid.Sum(grids, Shares(weights)),
                MergeMethod.Slerp => Slerp.Between(grids[0], grids[1], weights[0]),
                _ => new TaskVectors(this, grids, weights, densities, tensor.Name).Merged(),
            };
        });
    }

    /// <summary>Weights that sum to one, unless they are to be taken as they are.</summary>
    private List<double> Shares(List<double> weights)
    {
        var total = weights.Sum();
        return (Normalise ?? true) && Math.Abs(total) >= 1e-8 ? weights.ConvertAll(w => w / total) : weights;
    }

    private static List<double> Fill(IReadOnlyList<double> numbers, string option, int count, double otherwise)
    {
        if (numbers.Count == 0) return [.. Enumerable.Repeat(otherwise, count)];
        return numbers.Count == count && numbers.All(double.IsFinite) ? [.. numbers] : throw Invalid($"{numbers.Count} numbers for {option}", $"{count}");
    }

    private static StemmaException Invalid(string found, string allowed) => new(FaultCode.DerivationParameter, "", null, found, allowed);
}
