using Stemma.Foundation.Linear;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Agreement of two witnesses over the units of a pair of layers.</summary>
/// <param name="Agreements">Different units of one model that both witnesses name, each counted once however many copies name it.</param>
/// <param name="Expected">What chance gives, hubs included: the sum over units of how often each witness names it, divided by the questions asked.</param>
/// <param name="Asked">Units that asked.</param>
/// <param name="Targets">Units that could be named.</param>
public sealed record WitnessMatch(int Agreements, double Expected, int Asked, int Targets)
{
    /// <summary>Excess of agreements over chance, 0 to 1: per unit asked or available, whichever is fewer.</summary>
    public double Rate => Asked == 0 ? 0 : Math.Max(0, Agreements - Expected) / Math.Min(Asked, Targets);
}

/// <summary>The units of a layer that ask for their counterparts and those that are asked, with the features of both witnesses; prepared once for all pairs of layers.</summary>
public sealed class WitnessUnits
{
    /// <summary>Most units that ask, and most that are asked, per layer.</summary>
    private const int MostAsking = 128, MostAsked = 1024;

    private readonly LayerUnits _units;
    private readonly Lazy<(Features First, Features Second)> _asking, _asked;

    public WitnessUnits(LayerUnits units)
    {
        _units = units;
        _asking = new(() => Prepare(MostAsking));
        _asked = new(() => Prepare(MostAsked));
    }

    internal (Features First, Features Second) Asking => _asking.Value;

    internal (Features First, Features Second) Asked => _asked.Value;

    /// <summary>A gate and another vector are there to be witnesses.</summary>
    internal bool CanAgree => _units is { HasGate: true, Count: > 0 } && _units.Up.Length > 0;

    /// <summary>The sparser selection asks: its units are the ones that the other side is sure to hold.</summary>
    internal bool Asks(WitnessUnits other) => _units.CapLevel >= other._units.CapLevel && _units.Total >= other._units.Total;

    private (Features First, Features Second) Prepare(int most)
    {
        var content = new List<int>();
        for (var row = 0; row < _units.Count; row++)
            if (_units.Choices[row].HasFlag(UnitChoice.ByContent)) content.Add(row);
        int[] rows = [.. content];
        if (rows.Length > most) rows = [.. rows.OrderBy(r => Recipe.UnitRank(_units.Indices[r])).ThenBy(r => _units.Experts[r]).Take(most)];
        return (UnitPairs.FeaturesOf([_units.Gate], rows), UnitPairs.FeaturesOf(_units, rows, gate: false));
    }
}

/// <summary>
/// For each unit of one layer the nearest unit of another by gate (first witness) and by up and down together (second witness). Needs no labels:
/// permuted, pruned, widened FFNs and experts keep it.
/// </summary>
public static class Witnesses
{
    /// <summary>Null when a layer has no gate or no unit.</summary>
    public static WitnessMatch? Compare(LayerUnits a, LayerUnits b) => Compare(new WitnessUnits(a), new WitnessUnits(b));

    /// <summary>The same of layers that were prepared.</summary>
    public static WitnessMatch? Compare(WitnessUnits a, WitnessUnits b)
    {
        if (!a.CanAgree || !b.CanAgree) return null;
        var (asking, asked) = a.Asks(b) ? (a.Asking, b.Asked) : (b.Asking, a.Asked);
        var (first, second, targets) = (Nearest(asking.First, asked.First), Nearest(asking.Second, asked.Second), asked.First.Rows);
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
        var both = 0.0;
        for (var target = 0; target < targets; target++) both += named1[target] * named2[target];
        var expected = disagreeing == 0 ? 0 : both / disagreeing * first.Length / disagreeing;
        return new(agreed.Count, Math.Max(expected, (double)first.Length / targets), first.Length, targets);
    }

    /// <summary>Units of <paramref name="asking"/> whose counterpart both witnesses name, with that counterpart; null without gates.</summary>
    public static (int Asked, IReadOnlyList<int> Targets)? Agreements(LayerUnits asking, LayerUnits asked)
    {
        if (!asking.HasGate || !asked.HasGate || asking.Count == 0 || asked.Count == 0) return null;
        var (there, here) = (new WitnessUnits(asked).Asked, new WitnessUnits(asking).Asking);
        var (first, second) = (Nearest(here.First, there.First), Nearest(here.Second, there.Second));
        return (first.Length, [.. first.Where((target, i) => target >= 0 && target == second[i])]);
    }

    private static int[] Nearest(Features asking, Features asked)
    {
        var nearest = new int[asking.Rows];
        foreach (var (i, block, at) in asking.Cosines(asked))
        {
            var cosines = block.Row(at);
            var highest = Matrix.Highest(cosines);
            nearest[i] = !(highest > 0) || asking.IsZero(i) ? -1 : Matrix.Find(cosines, highest).First;
        }

        return nearest;
    }
}
