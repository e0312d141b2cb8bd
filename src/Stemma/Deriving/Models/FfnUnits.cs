using Stemma.Anatomy;
using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Grids;

namespace Stemma.Deriving.Models;

/// <summary>Sums over the vectors of FFN units.</summary>
internal static class FfnUnits
{
    /// <summary>Euclidean length of each output's row of inputs.</summary>
    public static double[] OutputNorms(PartGrid values) => Norms(values.Stored, alongColumns: values.OutputsAlongColumns);

    /// <summary>Euclidean length of each input's column of outputs.</summary>
    public static double[] InputNorms(PartGrid values) => Norms(values.Stored, alongColumns: !values.OutputsAlongColumns);

    /// <summary>How much each unit of an FFN can write at most: the product of the lengths of its up, down and, where there is one, gate vectors.</summary>
    public static double[] Importance(SourceModel model, int layer)
    {
        var importance = InputNorms(model.Read(TensorRole.Down, layer)!);
        foreach (var role in new[] { TensorRole.Up, TensorRole.Gate })
        {
            if (model.Read(role, layer) is not { } values) continue;
            var norms = OutputNorms(values);
            for (var i = 0; i < importance.Length; i++) importance[i] *= norms[i];
        }

        return importance;
    }

    private static double[] Norms(Grid grid, bool alongColumns)
    {
        var squares = new double[alongColumns ? grid.Columns : grid.Rows];
        foreach (var (first, values) in Spread.Pieces(grid))
        {
            for (var i = 0; i < values.Length; i++) squares[alongColumns ? i % grid.Columns : first + (i / grid.Columns)] += (double)values[i] * values[i];
        }

        return Array.ConvertAll(squares, Math.Sqrt);
    }
}
