namespace Stemma.Sketching.Kinds;

/// <summary>Why a unit is in the sketch of its layer.</summary>
[Flags]
public enum UnitChoice : byte
{
    None = 0,

    /// <summary>Its index is among the seeded ones: the same indices in every model.</summary>
    ByIndex = 1,

    /// <summary>Its gate points into a fixed cap: the same unit wherever it stands.</summary>
    ByContent = 2,
}

/// <summary>
/// Sketches of the chosen FFN units of one layer, dense or pooled over experts. Arrays run over units; directions hold 64 signed bytes a unit.
/// </summary>
/// <param name="Layer">Zero-based.</param>
/// <param name="Total">Units in the layer, all experts together.</param>
/// <param name="CapLevel">Units by content were taken from a cap that holds 2^-level of random directions; 0: all were taken.</param>
/// <param name="Experts">Expert of each unit as in <see cref="Anatomy.TensorPart.Expert"/>.</param>
/// <param name="Indices">Index within its expert.</param>
/// <param name="Choices">Why it was chosen.</param>
/// <param name="Gate">Gate rows with the FFN gain folded; empty without a gate.</param>
/// <param name="Up">Up rows with the FFN gain folded.</param>
/// <param name="Down">Down columns.</param>
/// <param name="Norms">[units, 3]: norms of gate, up and down; zero where there is none.</param>
public sealed record LayerUnits(
    int Layer, int Total, int CapLevel, int[] Experts, int[] Indices, UnitChoice[] Choices, sbyte[] Gate, sbyte[] Up, sbyte[] Down, float[] Norms)
{
    public int Count => Indices.Length;

    public bool HasGate => Gate.Length > 0;
}
