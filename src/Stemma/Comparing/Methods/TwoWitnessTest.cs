using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Foundation;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Two witnesses name the counterpart of each FFN unit: its gate, and its up and down vectors. In independent models they agree as often as chance says;
/// the rate is ranked against pairs of layers that do not correspond. In the residual basis as stored; the order of units does not matter.
/// </summary>
public sealed class TwoWitnessTest : IMethod
{
    private const int MostControls = 64;

    public string Name => "two-witness";

    public Evidence? Weigh(PairContext pair)
    {
        if (!pair.SameWidth) return null;
        var (subject, reference) = (pair.Subject.Sketch.Units, pair.Reference.Sketch.Units);
        WitnessUnits[] here = [.. subject.Select(u => new WitnessUnits(u))], there = [.. reference.Select(u => new WitnessUnits(u))];
        var (counterparts, others) = (new List<LayerPair>(), new List<LayerPair>());
        for (var i = 0; i < subject.Count; i++)
            for (var j = 0; j < reference.Count; j++) (reference[j].Layer == pair.CounterpartOf(subject[i].Layer) ? counterparts : others).Add(new(i, j));
        var matched = Compare(counterparts);
        if (matched.Count == 0) return null;
        var step = Math.Max(1, others.Count / MostControls);
        var controls = Compare([.. others.Where((_, n) => n % step == 0)]).ConvertAll(c => c.Rate);
        var rate = matched.Average(m => m.Rate);
        var evidence = Controls.Weigh(
            Name, "The gate of a unit and its other vectors name the same counterpart no more often in corresponding layers than in others.", rate, controls,
            $"In {matched.Count} corresponding layers both witnesses agree on {matched.Sum(m => m.Agreements)} units where chance gives {matched.Sum(m => m.Expected):0}, "
                + $"a rate of {rate:0.000}" + Controls.Sentence(controls) + ".");
        return evidence with
        {
            Finding = $"{matched.Sum(m => m.Agreements)} units agree (chance: {matched.Sum(m => m.Expected):0})",
            Series = [new("excess agreement per matched layer", [.. matched.Select(m => m.Rate)])],
        };

        List<WitnessMatch> Compare(List<LayerPair> pairs) => [.. InParallel.Map(pairs, p => Witnesses.Compare(here[p.Here], there[p.There])).OfType<WitnessMatch>()];
    }

    /// <summary>Places of two layers in the lists of their models.</summary>
    private sealed record LayerPair(int Here, int There);
}
