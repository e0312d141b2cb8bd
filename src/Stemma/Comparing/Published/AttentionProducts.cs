using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// The two products of an attention layer that no rotation or scale inside a head changes, summed over heads as the papers write them for whole matrices:
/// Wq^T Wk and Wv^T Wo^T, each [width, width]. Where several query heads share a key head, the key head is repeated, as the model itself does.
/// </summary>
internal static class AttentionProducts
{
    /// <summary>Wq^T Wk; null when the layer has no such matrices.</summary>
    public static Matrix? QueryKey(ModelWeights model, int layer)
    {
        if (model.Read(TensorRole.Q, layer) is not { } q || model.Read(TensorRole.K, layer) is not { } k) return null;
        return SumOfGroups(q, k.Rows, model.Shape.HeadDim) is { } summed ? Products.TransposedMultiply(summed, k) : null;
    }

    /// <summary>Wv^T Wo^T; null when the layer has no such matrices.</summary>
    public static Matrix? ValueOutput(ModelWeights model, int layer)
    {
        if (model.Read(TensorRole.V, layer) is not { } v || model.Read(TensorRole.O, layer) is not { } o) return null;
        return SumOfGroups(o.Transpose(), v.Rows, model.Shape.HeadDim) is { } summed ? Products.TransposedMultiply(v, summed) : null;
    }

    /// <summary>
    /// Query heads that share a key head, added up: the sum over heads of Wq(h)^T Wk(group of h) is (sum of the group's Wq)^T Wk(group), so nothing need be repeated.
    /// Null when the heads do not fall into groups.
    /// </summary>
    private static Matrix? SumOfGroups(Matrix queries, int keyRows, int headDim)
    {
        if (queries.Rows == keyRows) return queries;
        if (headDim <= 0 || keyRows % headDim != 0 || keyRows == 0 || queries.Rows % keyRows != 0) return null;
        var heads = queries.Rows / keyRows;
        var sum = new Matrix(keyRows, queries.Columns);
        for (var row = 0; row < queries.Rows; row++)
        {
            var group = row / headDim / heads;
            var into = sum.Row((group * headDim) + (row % headDim));
            var from = queries.Row(row);
            for (var j = 0; j < into.Length; j++) into[j] += from[j];
        }

        return sum;
    }
}
