using Stemma.Anatomy;

namespace Stemma.Sketching.Kinds;

/// <summary>
/// One attention head's slice of Q, K, V or O, sketched on both sides to [8, 32]: rows of the head modulo 8 with signs, the residual stream modulo 32.
/// </summary>
/// <param name="Role">Q, K, V or O.</param>
/// <param name="Layer">Zero-based.</param>
/// <param name="Head">Zero-based; KV head for K and V.</param>
/// <param name="Direction">256 signed bytes.</param>
public sealed record HeadSketch(TensorRole Role, int Layer, int Head, sbyte[] Direction)
{
    internal static HeadSketch Make(TensorRole role, int layer, int head, UnitTable table, int firstUnit, int units)
    {
        var sums = new float[Recipe.HeadRows * Recipe.HeadColumns];
        for (var u = 0; u < units; u++)
        {
            var sign = Recipe.OuterSign(u);
            var row = sums.AsSpan(u % Recipe.HeadRows * Recipe.HeadColumns, Recipe.HeadColumns);
            var unit = table.Of(firstUnit + u);
            for (var b = 0; b < Recipe.Projection; b++) row[b % Recipe.HeadColumns] += sign * unit[b];
        }

        var direction = new sbyte[sums.Length];
        QuantisedDirection.Write(sums, direction);
        return new(role, layer, head, direction);
    }
}
