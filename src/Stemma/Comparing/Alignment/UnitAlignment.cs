using Stemma.Comparing.Statistics;
using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>The unit matches of a layer map and how improbable they are.</summary>
/// <param name="Map">Positions into the two lists of layers.</param>
/// <param name="Matches">One per pair of the map.</param>
/// <param name="LogP">Natural logarithm of the bound on p, corrected for the maps tried.</param>
public sealed record MappedUnits(LayerMap Map, IReadOnlyList<UnitMatch> Matches, double LogP)
{
    public long Same => Matches.Sum(m => (long)m.Same);
    public double Expected => Matches.Sum(m => m.Expected);
    public int Offered => Matches.Sum(m => m.Offered);
}

/// <summary>
/// Finds which layer meets which, from the index matches of their units. Same layer numbers are tried first; when they do not account for all layers, every
/// pair of layers is matched and the best monotone map is taken, paid for by the number of maps.
/// </summary>
public sealed class UnitAlignment
{
    private UnitAlignment(IReadOnlyList<int> subjectLayers, IReadOnlyList<int> referenceLayers, double[,] scores, MappedUnits best)
    {
        (SubjectLayers, ReferenceLayers, Scores, Best) = (subjectLayers, referenceLayers, scores, best);
    }

    /// <summary>Layer numbers behind the positions of <see cref="Scores"/>.</summary>
    public IReadOnlyList<int> SubjectLayers { get; }
    public IReadOnlyList<int> ReferenceLayers { get; }

    /// <summary>Share of units that kept their index, per pair of layers; NaN where the pair was not looked at.</summary>
    public double[,] Scores { get; }
    public MappedUnits Best { get; }

    public static UnitAlignment Find(IReadOnlyList<LayerUnits> subject, IReadOnlyList<LayerUnits> reference)
    {
        var scores = new double[subject.Count, reference.Count];
        for (var i = 0; i < subject.Count; i++)
            for (var j = 0; j < reference.Count; j++) scores[i, j] = double.NaN;

        var diagonal = Math.Min(subject.Count, reference.Count);
        var identity = Measure(LayerMap.Identity(diagonal), (i, j) => Pair(i, j), 0);
        var explained = subject.Count == reference.Count && identity.Matches.All(m => m.Share > 0.5);
        if (explained || diagonal == 0) return Result(identity with { LogP = Math.Min(0, identity.LogP) });

        var matches = new UnitMatch[subject.Count, reference.Count];
        var weights = new double[subject.Count, reference.Count];
        for (var i = 0; i < subject.Count; i++)
        {
            for (var j = 0; j < reference.Count; j++)
            {
                matches[i, j] = Pair(i, j);
                weights[i, j] = -ExactBounds.LogTail(matches[i, j].Same, matches[i, j].Expected);
            }
        }

        var map = LayerMap.Best(weights);
        var tried = map.Pairs.Count == 0 ? 0 : Math.Log(diagonal)
            + ExactBounds.LogBinomial(subject.Count, map.Pairs.Count) + ExactBounds.LogBinomial(reference.Count, map.Pairs.Count);
        var best = Measure(map, (i, j) => matches[i, j], tried);
        // Two families of maps were tried: the identity and the best of all. A best map that finds nothing is empty and must not hide that the test was made.
        var chosen = best.LogP < identity.LogP ? best : identity;
        return Result(chosen with { LogP = Math.Min(0, chosen.LogP + Math.Log(2)) });

        UnitMatch Pair(int i, int j)
        {
            var match = UnitPairs.Match(subject[i], reference[j]);
            scores[i, j] = match.Share;
            return match;
        }

        UnitAlignment Result(MappedUnits mapped) => new([.. subject.Select(u => u.Layer)], [.. reference.Select(u => u.Layer)], scores, mapped);
    }

    private static MappedUnits Measure(LayerMap map, Func<int, int, UnitMatch> match, double logTried)
    {
        var matches = map.Pairs.Select(p => match(p.Subject, p.Reference)).ToList();
        var logP = ExactBounds.LogTail(matches.Sum(m => (long)m.Same), matches.Sum(m => m.Expected));
        return new(map, matches, Math.Min(0, logP + logTried));
    }
}
