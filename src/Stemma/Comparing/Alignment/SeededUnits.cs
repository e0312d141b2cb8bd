using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>The units of one layer that carry one of the given seeded indices, with their features [gate | up | down] of equal weight.</summary>
internal sealed class SeededUnits
{
    private readonly double[] _share;

    private SeededUnits(int[] labels, int[] experts, Features features)
    {
        (Labels, Features) = (labels, features);
        var held = new Dictionary<int, int>();
        foreach (var expert in experts) held[expert] = held.GetValueOrDefault(expert) + 1;
        _share = new double[experts.Length];
        for (var row = 0; row < experts.Length; row++) _share[row] = 1.0 / held[experts[row]];
    }

    /// <summary>Index within its expert, per unit.</summary>
    public int[] Labels { get; }

    public Features Features { get; }

    /// <summary>Seeded indices that a layer holds, ascending.</summary>
    public static int[] LabelsOf(LayerUnits units)
    {
        var labels = new HashSet<int>();
        for (var row = 0; row < units.Count; row++)
            if (IsSeeded(units, row)) labels.Add(units.Indices[row]);
        var ordered = new int[labels.Count];
        labels.CopyTo(ordered);
        Array.Sort(ordered);
        return ordered;
    }

    /// <summary>Labels that both layers hold; only the first <paramref name="most"/> in seeded order.</summary>
    public static HashSet<int> Common(int[] a, int[] b, int most)
    {
        var common = new HashSet<int>(a);
        common.IntersectWith(b);
        return common.Count <= most ? common : [.. common.OrderBy(i => Recipe.UnitRank(i)).Take(most)];
    }

    public static SeededUnits Prepare(LayerUnits units, HashSet<int> labels, bool gate)
    {
        var rows = new List<int>();
        for (var row = 0; row < units.Count; row++)
            if (IsSeeded(units, row) && labels.Contains(units.Indices[row])) rows.Add(row);
        var (chosen, experts) = (new int[rows.Count], new int[rows.Count]);
        for (var i = 0; i < chosen.Length; i++) (chosen[i], experts[i]) = (units.Indices[rows[i]], units.Experts[rows[i]]);
        return new(chosen, experts, UnitPairs.FeaturesOf(units, [.. rows], gate));
    }

    /// <summary>
    /// Matches to its own label that chance gives this side's matched units. Labels are permuted within each expert, among the labels that this expert holds:
    /// a narrow expert has few, however wide the shared expert beside it is.
    /// </summary>
    public double Chance(ReadOnlySpan<bool> matched)
    {
        var chance = 0.0;
        for (var row = 0; row < matched.Length; row++)
            if (matched[row]) chance += _share[row];
        return chance;
    }

    private static bool IsSeeded(LayerUnits units, int row) => units.Choices[row].HasFlag(UnitChoice.ByIndex);
}
