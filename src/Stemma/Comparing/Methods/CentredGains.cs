using Stemma.Anatomy;
using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;
using Stemma.Foundation;

namespace Stemma.Comparing.Methods;

/// <summary>
/// Rank correlation of gain vectors with their counterparts, centred per vector; ranked against the gains of other layers. Raw cosines are never used:
/// gains are positive and nearly constant, so any two have a cosine of 0.94 to 0.99, and that has accused an innocent model already.
/// </summary>
public sealed class CentredGains : IMethod
{
    public string Name => "centred-gains";

    public Evidence? Weigh(PairContext pair)
    {
        var matched = new List<double>();
        var controls = new List<double>();
        foreach (var role in new[] { TensorRole.NormAttn, TensorRole.NormFfn, TensorRole.NormAttnPost, TensorRole.NormFfnPost })
        {
            var (subject, reference) = (Ranks(pair.SubjectParts, role), Ranks(pair.ReferenceParts, role));
            foreach (var (s, a) in subject)
            {
                foreach (var (r, b) in reference)
                    if (a.Length == b.Length) (r == pair.CounterpartOf(s) ? matched : controls).Add(Features.Dot(a, b));
            }
        }

        if (matched.Count == 0) return null;
        var mean = matched.Average();
        var evidence = Controls.Weigh(
            Name, "Gains of a layer are no more like those of its counterpart than like those of any other layer.", mean, controls,
            $"Mean rank correlation of {matched.Count} gain vectors with their counterparts {mean:0.000}, centred"
                + Controls.Sentence(controls) + ".");
        return evidence with { Finding = $"correlation {mean:0.00}" + Controls.Brief(controls) };
    }

    /// <summary>Ranks of the gains per layer, centred and of unit length, so that a rank correlation is one inner product.</summary>
    private static Dictionary<int, float[]> Ranks(PartIndex parts, TensorRole role)
    {
        var found = InParallel.Map(parts.Layers, layer => parts.Find(role, layer)?.Values is { } values ? Correlation.StandardRanks(values) : null);
        var ranks = new Dictionary<int, float[]>();
        for (var at = 0; at < found.Length; at++)
            if (found[at] is { } standard) ranks.Add(parts.Layers[at], standard);
        return ranks;
    }
}
