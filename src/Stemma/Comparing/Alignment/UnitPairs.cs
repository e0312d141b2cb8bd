using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>What matching the units of two layers found.</summary>
/// <param name="Same">Units matched to their own index.</param>
/// <param name="Matched">Units matched at all.</param>
/// <param name="Offered">Units that could have been matched.</param>
/// <param name="Expected">Matches to the own index that chance gives: matched units over labels, summed over the experts whose labels are permuted.</param>
public readonly record struct UnitMatch(int Same, int Matched, int Offered, double Expected)
{
    /// <summary>Natural logarithm of the bound on p for this pair of layers alone.</summary>
    public double LogP => Statistics.ExactBounds.LogTail(Same, Expected);

    /// <summary>Share of units that kept their index, corrected for chance.</summary>
    public double Share => Offered == 0 ? 0 : Math.Max(0, Same - Expected) / Math.Max(1, Offered - Expected);
}

/// <summary>Matches the seeded units of a layer of one model with those of a layer of another by all their vectors at once.</summary>
public static class UnitPairs
{
    /// <summary>Units of the two layers that carry a seeded index known to both, as features [gate | up | down] of equal weight.</summary>
    /// <param name="a">Units of one model's layer.</param>
    /// <param name="b">Units of the other's.</param>
    /// <param name="most">Labels to look at, the same seeded ones in every model; a few are enough to find which layers belong together.</param>
    public static UnitMatch Match(LayerUnits a, LayerUnits b, int most = int.MaxValue)
    {
        var gate = a.HasGate && b.HasGate;
        var common = Seeded(a).Intersect(Seeded(b)).ToHashSet();
        if (common.Count > most) common = [.. common.OrderBy(i => Recipe.UnitRank(i)).Take(most)];
        var (rowsA, rowsB) = (Rows(a, common), Rows(b, common));
        if (rowsA.Length == 0 || rowsB.Length == 0) return default;
        var matching = MutualMatch.Find(FeaturesOf(a, rowsA, gate), FeaturesOf(b, rowsB, gate));
        var (same, matched) = MutualMatch.Count(matching, [.. rowsA.Select(r => a.Indices[r])], [.. rowsB.Select(r => b.Indices[r])]);

        // Either side's labels may be taken as the random ones; both bounds hold, and the sharper one is used.
        var partners = matching.Where(b => b >= 0).ToHashSet();
        var expected = Math.Min(Chance(a, rowsA, row => matching[row] >= 0), Chance(b, rowsB, partners.Contains));
        return new(same, matched, Math.Min(rowsA.Length, rowsB.Length), expected);
    }

    /// <summary>The chosen rows as features, gate left out when one side has none.</summary>
    public static Features FeaturesOf(LayerUnits units, int[] rows, bool gate)
    {
        var blocks = new List<sbyte[]>();
        if (gate) blocks.Add(units.Gate);
        if (units.Up.Length > 0) blocks.Add(units.Up);
        if (units.Down.Length > 0) blocks.Add(units.Down);
        var features = new Features(rows.Length, blocks.Count * Recipe.Projection);
        for (var r = 0; r < rows.Length; r++)
            for (var block = 0; block < blocks.Count; block++)
                features.SetBlock(r, block * Recipe.Projection, blocks[block].AsSpan(rows[r] * Recipe.Projection, Recipe.Projection));
        features.Normalise();
        return features;
    }

    /// <summary>
    /// Labels are permuted within each expert, among the labels that this expert holds: a narrow expert has few, however wide the shared expert beside it is.
    /// </summary>
    private static double Chance(LayerUnits units, int[] rows, Func<int, bool> matched) =>
        rows.Select((row, position) => (Expert: units.Experts[row], Matched: matched(position))).GroupBy(r => r.Expert).Sum(e => (double)e.Count(r => r.Matched) / e.Count());

    private static IEnumerable<int> Seeded(LayerUnits units) => units.Indices.Where((_, row) => units.Choices[row].HasFlag(UnitChoice.ByIndex));

    private static int[] Rows(LayerUnits units, HashSet<int> common) =>
        [.. Enumerable.Range(0, units.Count).Where(row => units.Choices[row].HasFlag(UnitChoice.ByIndex) && common.Contains(units.Indices[row]))];
}
