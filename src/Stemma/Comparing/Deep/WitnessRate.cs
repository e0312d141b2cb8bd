namespace Stemma.Comparing.Deep;

/// <summary>
/// How many units of a layer both witnesses identify: the nearest by gate and the nearest by up and down are the same unit. The side with more units asks, so that
/// several descendants of one unit can all name it; a unit that is named counts once, however many copies name it.
/// </summary>
internal static class WitnessRate
{
    /// <summary>Units per layer that take part: the strongest.</summary>
    private const int MostUnits = 4096;

    /// <summary>Units of the subject whose counterpart both witnesses name, with that counterpart; positions among all units of the layer.</summary>
    public static IReadOnlyList<(int Subject, int Reference)> Agreed(UnitSet subject, UnitSet reference)
    {
        var matching = UnitMatching.Of(subject, reference);
        return [.. Enumerable.Range(0, subject.Count).Where(i => matching.ByFirst[i] == matching.ByOthers[i]).Select(i => (i, matching.ByFirst[i]))];
    }

    /// <summary>Agreements beyond chance as a share of the units that could be named, 0 to 1.</summary>
    public static double Of(UnitSet subject, UnitSet reference)
    {
        var (b, a) = (subject.Strongest(MostUnits), reference.Strongest(MostUnits));
        var (asking, asked) = b.Count >= a.Count ? (b, a) : (a, b);
        var matching = UnitMatching.Of(asking, asked);
        var named = new HashSet<int>();
        var (first, others) = (new double[asked.Count], new double[asked.Count]);
        var disagreeing = 0;
        for (var i = 0; i < asking.Count; i++)
        {
            if (matching.ByFirst[i] == matching.ByOthers[i])
            {
                named.Add(matching.ByFirst[i]);
                continue;
            }

            disagreeing++;
            first[matching.ByFirst[i]]++;
            others[matching.ByOthers[i]]++;
        }

        // Chance from those that disagree: units near everybody (hubs) are named by both witnesses without being the same unit.
        var chance = disagreeing == 0 ? 0 : first.Zip(others, (x, y) => x * y).Sum() / disagreeing * asking.Count / disagreeing;
        return Math.Max(0, named.Count - Math.Max(chance, (double)asking.Count / asked.Count)) / asked.Count;
    }
}
