using Stemma.Comparing.Statistics;
using Stemma.Foundation;
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
    /// <summary>Units per layer that decide which layers are worth a full look.</summary>
    private const int Screening = 64;

    private readonly Dictionary<int, int> _subject = [], _reference = [];
    private readonly UnitMatch?[,] _matches;

    private UnitAlignment(IReadOnlyList<LayerUnits> subject, IReadOnlyList<LayerUnits> reference, UnitMatch?[,] matches, MappedUnits best)
    {
        for (var i = 0; i < subject.Count; i++) _subject.TryAdd(subject[i].Layer, i);
        for (var j = 0; j < reference.Count; j++) _reference.TryAdd(reference[j].Layer, j);
        (_matches, Best) = (matches, best);
    }

    public MappedUnits Best { get; }

    /// <summary>What was found between two layers, by their numbers; null when the pair was not looked at.</summary>
    public UnitMatch? Between(int subjectLayer, int referenceLayer) =>
        _subject.TryGetValue(subjectLayer, out var i) && _reference.TryGetValue(referenceLayer, out var j) ? _matches[i, j] : null;

    public static UnitAlignment Find(IReadOnlyList<LayerUnits> subject, IReadOnlyList<LayerUnits> reference)
    {
        var found = new UnitMatch?[subject.Count, reference.Count];
        var all = new SeededLayers(subject, reference, int.MaxValue);
        var diagonal = Math.Min(subject.Count, reference.Count);
        var identity = Measure(LayerMap.Identity(diagonal), Pair, 0);
        var explained = subject.Count == reference.Count && identity.Matches.All(m => m.Share > 0.5);
        if (explained || diagonal == 0) return Result(Paid(identity, 0));

        // Which layers belong together is guessed from a few units; the test itself then uses all, and pays for every map that could have been guessed.
        var few = all.With(Screening);
        var weights = new double[subject.Count, reference.Count];
        Parallel.For(0, subject.Count, i =>
        {
            var matches = few.MatchAll(i);
            for (var j = 0; j < reference.Count; j++) weights[i, j] = -matches[j].LogP;
        });
        var map = LayerMap.Best(weights);
        var tried = map.Pairs.Count == 0 ? 0 : Math.Log(diagonal)
            + ExactBounds.LogBinomial(subject.Count, map.Pairs.Count) + ExactBounds.LogBinomial(reference.Count, map.Pairs.Count);
        var best = Measure(map, Pair, tried);
        // A best map that finds nothing is empty and must not hide that the test was made.
        return Result(best.LogP < identity.LogP ? Paid(best, identity.LogP) : Paid(identity, best.LogP));

        // Two families of maps, the identity and the best of all, are paid for even when the first is enough.
        static MappedUnits Paid(MappedUnits chosen, double other) => chosen with { LogP = ExactBounds.Bonferroni([chosen.LogP, other]) };

        UnitMatch Pair(int i, int j) => found[i, j] ??= all.Match(i, j);

        UnitAlignment Result(MappedUnits mapped) => new(subject, reference, found, mapped);
    }

    private static MappedUnits Measure(LayerMap map, Func<int, int, UnitMatch> match, double logTried)
    {
        var matches = InParallel.Map(map.Pairs, p => match(p.Subject, p.Reference));
        var logP = ExactBounds.LogTail(matches.Sum(m => (long)m.Same), matches.Sum(m => m.Expected));
        return new(map, matches, Math.Min(0, logP + logTried));
    }
}
