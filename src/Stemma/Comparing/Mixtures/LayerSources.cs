using Stemma.Comparing.Alignment;
using Stemma.Comparing.Differences;

namespace Stemma.Comparing.Mixtures;

/// <summary>Where a layer of a subject continues a candidate.</summary>
/// <param name="Layer">Of the candidate.</param>
/// <param name="Score">Mean centred cosine of the matrices.</param>
/// <param name="Exact">Every matrix is the candidate's, but for rounding.</param>
internal sealed record LayerSource(int Layer, double Score, bool Exact);

/// <summary>For each layer of a subject the layer of a candidate that it continues, in any order and any number of times.</summary>
internal static class LayerSources
{
    /// <summary>Only layers that continue one: five standard errors of the cosine of unrelated matrices, as in <see cref="LayerAlignment"/>.</summary>
    public static Dictionary<int, LayerSource> Of(
        (PartIndex Index, StoredParts Stored) subject, (PartIndex Index, StoredParts Stored) candidate)
    {
        var cosines = new LayerCosines(subject.Index, subject.Stored.Size, candidate.Index, candidate.Stored.Size);
        var sources = new Dictionary<int, LayerSource>();
        foreach (var here in subject.Index.Layers)
        {
            var best = candidate.Index.Layers.Select(there => (Layer: there, Found: cosines.Between(here, there)))
                .Where(c => c.Found is { } found && found.Mean > 5 * found.Noise).OrderByDescending(c => c.Found!.Mean).FirstOrDefault();
            if (best.Found is { } source) sources[here] = new(best.Layer, source.Mean, IsExact(subject.Stored, here, candidate.Stored, best.Layer));
        }

        return sources;
    }

    private static bool IsExact(StoredParts subject, int layer, StoredParts candidate, int from)
    {
        var matrices = subject.All.Where(p => p.IsMatrix && p.Key.Layer == layer).ToList();
        return matrices.Count > 0 && matrices.TrueForAll(p => p.CounterpartIn(candidate, _ => from) is { } other && p.SameShape(other) && Same(p, subject.Size, other, candidate.Size));
    }

    /// <summary>The same bytes, or a difference that two roundings explain.</summary>
    private static bool Same(StoredPart part, int size, StoredPart other, int otherSize)
    {
        if (part.Digest == other.Digest) return true;
        var pair = MixtureTensor.Of(part, size, [(other, otherSize)]);
        return pair is not null && pair.Gram[0, 0] <= 2 * pair.Noise.Sum();
    }
}
