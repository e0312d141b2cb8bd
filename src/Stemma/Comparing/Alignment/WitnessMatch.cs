using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Agreement of two witnesses over the units of a pair of layers.</summary>
/// <param name="Agreements">Different units of one model that both witnesses name, each counted once however many copies name it.</param>
/// <param name="Expected">What chance gives, hubs included: the sum over units of how often each witness names it, divided by the questions asked.</param>
/// <param name="Asked">Units that asked.</param>
public readonly record struct WitnessMatch(int Agreements, double Expected, int Asked)
{
    /// <summary>Excess of agreements over chance, per unit asked or available, whichever is fewer.</summary>
    public double Rate(int targets) => Asked == 0 ? 0 : Math.Max(0, Agreements - Expected) / Math.Min(Asked, targets);
}

/// <summary>
/// For each unit of one layer the nearest unit of another by gate (first witness) and by up and down together (second witness). Needs no labels:
/// permuted, pruned, widened FFNs and experts keep it.
/// </summary>
public static class Witnesses
{
    /// <summary>Most units that ask, and most that are asked, per layer.</summary>
    private const int MostAsking = 128, MostAsked = 1024;

    /// <summary>Excess agreement rate, 0 to 1, and the counts; null when a layer has no gate or no unit.</summary>
    public static (double Rate, WitnessMatch Match)? Compare(LayerUnits a, LayerUnits b)
    {
        if (!a.HasGate || !b.HasGate || a.Up.Length == 0 || b.Up.Length == 0 || a.Count == 0 || b.Count == 0) return null;
        // The sparser selection asks: its units are the ones that the other side is sure to hold.
        var (asking, asked) = a.CapLevel >= b.CapLevel && a.Total >= b.Total ? (a, b) : (b, a);
        var (first, second, targets) = Ask(asking, asked);
        var (named1, named2) = (new double[targets], new double[targets]);
        var agreed = new HashSet<int>();
        var disagreeing = 0;
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] >= 0 && first[i] == second[i])
            {
                agreed.Add(first[i]);
                continue;
            }

            disagreeing++;
            if (first[i] >= 0) named1[first[i]]++;
            if (second[i] >= 0) named2[second[i]]++;
        }

        // Hubs are judged by the units that disagree: eight true copies naming one unit are no hub.
        var expected = disagreeing == 0 ? 0 : named1.Zip(named2, (x, y) => x * y).Sum() / disagreeing * first.Length / disagreeing;
        var match = new WitnessMatch(agreed.Count, Math.Max(expected, (double)first.Length / targets), first.Length);
        return (match.Rate(targets), match);
    }

    /// <summary>Units of <paramref name="asking"/> whose counterpart both witnesses name, with that counterpart; null without gates.</summary>
    public static (int Asked, IReadOnlyList<int> Targets)? Agreements(LayerUnits asking, LayerUnits asked)
    {
        if (!asking.HasGate || !asked.HasGate || asking.Count == 0 || asked.Count == 0) return null;
        var (first, second, _) = Ask(asking, asked);
        return (first.Length, [.. first.Where((target, i) => target >= 0 && target == second[i])]);
    }

    private static (int[] First, int[] Second, int Targets) Ask(LayerUnits asking, LayerUnits asked)
    {
        var (rows, targets) = (Rows(asking, MostAsking), Rows(asked, MostAsked));
        return (Nearest(asking.Gate, rows, asked.Gate, targets), NearestOfTwo(asking, rows, asked, targets), targets.Length);
    }

    private static int[] Rows(LayerUnits units, int most)
    {
        var rows = Enumerable.Range(0, units.Count).Where(r => units.Choices[r].HasFlag(UnitChoice.ByContent)).ToArray();
        return rows.Length <= most ? rows : [.. rows.OrderBy(r => Recipe.UnitRank(units.Indices[r])).ThenBy(r => units.Experts[r]).Take(most)];
    }

    private static int[] Nearest(sbyte[] asking, int[] rows, sbyte[] asked, int[] targets) =>
        NearestRows(One(asking, rows), One(asked, targets));

    private static int[] NearestOfTwo(LayerUnits asking, int[] rows, LayerUnits asked, int[] targets) =>
        NearestRows(UnitPairs.FeaturesOf(asking, rows, gate: false), UnitPairs.FeaturesOf(asked, targets, gate: false));

    private static Features One(sbyte[] directions, int[] rows)
    {
        var features = new Features(rows.Length, Recipe.Projection);
        for (var r = 0; r < rows.Length; r++) features.SetBlock(r, 0, directions.AsSpan(rows[r] * Recipe.Projection, Recipe.Projection));
        return features;
    }

    private static int[] NearestRows(Features asking, Features asked)
    {
        var nearest = new int[asking.Rows];
        var cosines = new float[asked.Rows];
        for (var i = 0; i < asking.Rows; i++)
        {
            asking.Cosines(i, asked, cosines);
            var (best, score) = (-1, 0f);
            for (var j = 0; j < cosines.Length; j++)
                if (cosines[j] > score) (best, score) = (j, cosines[j]);
            nearest[i] = asking.IsZero(i) ? -1 : best;
        }

        return nearest;
    }
}
