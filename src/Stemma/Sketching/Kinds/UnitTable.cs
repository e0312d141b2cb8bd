namespace Stemma.Sketching.Kinds;

/// <summary>The count sketches of all units of one matrix while its layer is being read: [units, 64], with the folded norm of each unit.</summary>
internal sealed class UnitTable(int units)
{
    public int Units { get; } = units;

    /// <summary>[units * 64], unit after unit.</summary>
    public float[] Sketches { get; } = new float[(long)units * Recipe.Projection];

    /// <summary>Squared norm of each unit after folding the gain.</summary>
    public float[] Squares { get; } = new float[units];

    public Span<float> Of(int unit) => Sketches.AsSpan(unit * Recipe.Projection, Recipe.Projection);
}
