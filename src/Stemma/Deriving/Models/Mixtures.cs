using Stemma.Anatomy;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Writing;

namespace Stemma.Deriving.Models;

/// <summary>What the matrices of an FFN are called within it.</summary>
internal static class ExpertNames
{
    public static string Of(TensorRole role, bool mixtral = false) => role switch
    {
        TensorRole.Gate => mixtral ? "w1" : "gate_proj",
        TensorRole.Up => mixtral ? "w3" : "up_proj",
        _ => mixtral ? "w2" : "down_proj",
    };
}

/// <summary>A new router.</summary>
internal static class Router
{
    /// <summary>[experts, hidden], normal.</summary>
    public static OutputTensor Of(DerivationInput input, string name, int experts, double deviation, ulong seed)
    {
        var hidden = input.Model.Shape.Hidden;
        return OutputTensor.Of(name, TensorEdits.TypeOf(input.Model, input.Type, TensorRole.Gate), [experts, hidden], () =>
        {
            var draws = new Draws(seed, $"router {name}");
            return new MadeGrid(experts, hidden, (row, values) => draws.Normals(row * hidden, values, (float)deviation));
        });
    }
}

/// <summary>Noise in units of a matrix's own spread.</summary>
internal static class NoiseOn
{
    /// <summary>The same values when there is none; the spread is measured when the first row is asked for.</summary>
    public static PartGrid Values(PartGrid values, double relative, Draws draws)
    {
        if (relative == 0) return values;
        var spread = new Lazy<Spread>(() => Spread.Of(values.Stored));
        var inputs = values.Inputs;
        return values.Each((output, at, value) => value + (float)(relative * spread.Value.Deviation * draws.Normal((output * inputs) + at)));
    }
}
