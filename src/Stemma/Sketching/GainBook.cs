using Stemma.Anatomy;

namespace Stemma.Sketching;

/// <summary>Effective gains by role and layer, for folding into the matrices that they scale.</summary>
internal sealed class GainBook
{
    private readonly Dictionary<GainReference, float[]> _gains = [];

    public void Add(TensorPart part, float[] stored)
    {
        if (part.IsBias || part.Expert != TensorPart.NoExpert) return;
        var effective = new float[stored.Length];
        for (var i = 0; i < stored.Length; i++)
        {
            var gain = stored[i] + part.GainOffset;
            effective[i] = Math.Abs(gain) <= Kernels.RangeKernel.GainLimit ? gain : 0;
        }

        _gains[new GainReference(part.Role, part.Layer)] = effective;
    }

    /// <summary>Sign times gain for each index of the inner axis; the sign alone where no gain of that length is known.</summary>
    public float[] Factors(GainReference? reference, long inner)
    {
        var gain = Find(reference, inner);
        var factors = new float[inner];
        for (var i = 0; i < inner; i++) factors[i] = Recipe.InnerSign(i) * (gain is null ? 1f : gain[i]);
        return factors;
    }

    public float[]? Find(GainReference? reference) => reference is { } wanted ? _gains.GetValueOrDefault(wanted) : null;

    public float[]? Find(GainReference? reference, long length) =>
        reference is { } wanted && _gains.TryGetValue(wanted, out var gain) && gain.Length == length ? gain : null;
}
