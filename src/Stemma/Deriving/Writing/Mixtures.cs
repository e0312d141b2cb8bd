using Stemma.Anatomy;
using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Grids;

namespace Stemma.Deriving.Writing;

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
