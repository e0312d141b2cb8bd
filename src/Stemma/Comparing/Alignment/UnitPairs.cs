using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>What matching the units of two layers found.</summary>
/// <param name="Same">Units matched to their own index.</param>
/// <param name="Matched">Units matched at all.</param>
/// <param name="Offered">Units that could have been matched.</param>
/// <param name="Expected">Matches to the own index that chance gives: matched units over labels, summed over the experts whose labels are permuted.</param>
public sealed record UnitMatch(int Same, int Matched, int Offered, double Expected)
{
    /// <summary>Nothing could be matched.</summary>
    public static UnitMatch None { get; } = new(0, 0, 0, 0);

    /// <summary>Natural logarithm of the bound on p for this pair of layers alone.</summary>
    public double LogP => Statistics.ExactBounds.LogTail(Same, Expected);

    /// <summary>Share of units that kept their index, corrected for chance.</summary>
    public double Share => Offered == 0 ? 0 : Math.Max(0, Same - Expected) / Math.Max(1, Offered - Expected);
}

/// <summary>Matches the seeded units of a layer of one model with those of a layer of another by all their vectors at once.</summary>
public static class UnitPairs
{
    /// <summary>Two layers by all seeded indices that both hold.</summary>
    public static UnitMatch Match(LayerUnits a, LayerUnits b)
    {
        var gate = a.HasGate && b.HasGate;
        var labels = SeededUnits.Common(SeededUnits.LabelsOf(a), SeededUnits.LabelsOf(b), int.MaxValue);
        return Match(SeededUnits.Prepare(a, labels, gate), SeededUnits.Prepare(b, labels, gate));
    }

    internal static UnitMatch Match(SeededUnits a, SeededUnits b) =>
        a.Labels.Length == 0 || b.Labels.Length == 0 ? UnitMatch.None : Judge(a, b, MutualMatch.Find(a.Features, b.Features));

    /// <summary>What a matching says of the labels.</summary>
    internal static UnitMatch Judge(SeededUnits a, SeededUnits b, int[] matching)
    {
        var (same, matched) = MutualMatch.Count(matching, a.Labels, b.Labels);

        // Either side's labels may be taken as the random ones; both bounds hold, and the sharper one is used.
        var (asked, named) = (new bool[a.Labels.Length], new bool[b.Labels.Length]);
        for (var row = 0; row < matching.Length; row++)
            if (matching[row] >= 0) asked[row] = named[matching[row]] = true;
        var expected = Math.Min(a.Chance(asked), b.Chance(named));
        return new(same, matched, Math.Min(a.Labels.Length, b.Labels.Length), expected);
    }

    /// <summary>The chosen rows as features, gate left out when one side has none.</summary>
    public static Features FeaturesOf(LayerUnits units, int[] rows, bool gate)
    {
        var vectors = new[] { gate ? units.Gate : [], units.Up, units.Down };
        return FeaturesOf(Array.FindAll(vectors, kind => kind.Length > 0), rows);
    }

    /// <summary>The chosen rows of some kinds of vectors as features.</summary>
    internal static Features FeaturesOf(sbyte[][] vectors, int[] rows)
    {
        var features = new Features(rows.Length, vectors.Length * Recipe.Projection);
        for (var r = 0; r < rows.Length; r++) features.SetBlocks(r, vectors, rows[r] * Recipe.Projection, Recipe.Projection);
        return features;
    }
}
