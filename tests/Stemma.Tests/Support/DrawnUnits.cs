using Stemma.Anatomy;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Tests.Support;

/// <summary>FFN units drawn as sketches, without a checkpoint: one vector [gate | up | down] of 192 numbers a unit.</summary>
internal static class DrawnUnits
{
    public const int Width = 3 * Recipe.Projection;

    /// <summary>Independent units, numbered as drawn.</summary>
    public static float[][] Draw(Dice dice, int count, int width = Width) => [.. Enumerable.Range(0, count).Select(_ => dice.Normals(width))];

    /// <summary>A dense layer: unit n is vector n.</summary>
    public static LayerUnits Dense(float[][] vectors, int layer = 0, bool gate = true) =>
        Layer([(TensorPart.NoExpert, vectors)], layer, gate);

    /// <summary>A layer of experts; units are numbered within their expert.</summary>
    public static LayerUnits Layer(IReadOnlyList<(int Expert, float[][] Vectors)> experts, int layer = 0, bool gate = true)
    {
        var rows = experts.SelectMany(e => e.Vectors.Select((vector, index) => (e.Expert, Index: index, Vector: vector))).ToList();
        return new(
            layer, rows.Count, 0, [.. rows.Select(r => r.Expert)], [.. rows.Select(r => r.Index)],
            [.. rows.Select(_ => UnitChoice.ByIndex | UnitChoice.ByContent)],
            gate ? Bytes(0) : [], Bytes(1), Bytes(2), [.. rows.SelectMany(_ => new[] { 1f, 1f, 1f })]);

        sbyte[] Bytes(int block)
        {
            var bytes = new sbyte[rows.Count * Recipe.Projection];
            for (var row = 0; row < rows.Count; row++)
                QuantisedDirection.Write(rows[row].Vector.AsSpan(block * Recipe.Projection, Recipe.Projection), bytes.AsSpan(row * Recipe.Projection, Recipe.Projection));
            return bytes;
        }
    }
}
