using Stemma.Comparing.Alignment;
using Stemma.Comparing.Differences;

namespace Stemma.Comparing.Mixtures;

/// <summary>One tensor of a subject with its counterparts in the candidates, as inner products.</summary>
/// <param name="Key">Where it stands in the subject.</param>
/// <param name="Products">[candidates + 1, candidates + 1]: inner products of the subject (first) and the candidates.</param>
/// <param name="Gram">[candidates, candidates]: products of the differences to the subject, from the differences themselves: nothing cancels.</param>
/// <param name="Noise">Energy that rounding to the storage type adds, the subject's first.</param>
/// <param name="Numbers">Numbers behind each product.</param>
/// <param name="FromStorage">The noise is that of storage; false where single-precision sums of the sketch add as much.</param>
internal sealed record MixtureTensor(PartKey Key, double[,] Products, double[,] Gram, double[] Noise, int Numbers, bool FromStorage)
{
    /// <summary>The tensors of the subject that all candidates hold in the same shape and with the same gains folded in.</summary>
    /// <param name="subject">Parts of the subject.</param>
    /// <param name="candidates">Parts of each candidate, and its layer for each of the subject's.</param>
    public static List<MixtureTensor> Of(StoredParts subject, IReadOnlyList<(StoredParts Parts, Func<int, int?> Layer)> candidates)
    {
        var tensors = new List<MixtureTensor>();
        foreach (var part in subject.All)
        {
            var others = candidates.Select(c => (Part: part.CounterpartIn(c.Parts, c.Layer), c.Parts.Size)).ToList();
            if (others.TrueForAll(o => o.Part is not null) && Of(part, subject.Size, [.. others.Select(o => (o.Part!, o.Size))]) is { } tensor) tensors.Add(tensor);
        }

        return tensors;
    }

    /// <summary>One part and its counterparts with the sides of their sketches; null where they cannot be subtracted.</summary>
    public static MixtureTensor? Of(StoredPart part, int side, IReadOnlyList<(StoredPart Part, int Side)> others)
    {
        if (!others.All(o => part.SubtractsFrom(o.Part))) return null;
        var size = Math.Min(side, others.Min(o => o.Side));
        var all = others.Prepend((Part: part, Side: side)).ToList();
        var vectors = all.ConvertAll(one => NumbersOf(one.Part, one.Side, size));
        var rounding = all.ConvertAll(one => one.Part.Rounding);
        if (vectors.Exists(v => v is null) || rounding.Exists(r => r is null)) return null;
        var arithmetic = part.IsMatrix ? RoundingSpectrum.Arithmetic(part.Part, size) : 0;
        var products = ProductsOf(vectors.ConvertAll(v => Array.ConvertAll(v!, x => (double)x)));
        var gram = ProductsOf(vectors[1..].ConvertAll(v => v!.Zip(vectors[0]!, (x, y) => (double)x - y).ToArray()));
        var noise = all.Select((one, i) => (rounding[i]!.Value + arithmetic) * products[i, i] * Uncentred(one.Part)).ToArray();
        return new(part.Key, products, gram, noise, vectors[0]!.Length, rounding[0]!.Value > 4 * arithmetic);
    }

    /// <summary>The same tensor with some of the candidates only.</summary>
    public MixtureTensor Of(IReadOnlyList<int> candidates)
    {
        int[] rows = [0, .. candidates.Select(c => c + 1)];
        return this with { Products = AffineFit.Of(Products, rows), Gram = AffineFit.Of(Gram, candidates), Noise = [.. rows.Select(r => Noise[r])] };
    }

    private static float[]? NumbersOf(StoredPart part, int from, int to) =>
        part.Part.Linear is { } linear ? SketchCosine.Sized(linear, from, to) : part.Part.Values;

    /// <summary>A sketch has lost its mean; rounding goes by the numbers as stored.</summary>
    private static double Uncentred(StoredPart part)
    {
        var (mean, spread) = (part.Part.Moments.Mean, part.Part.Moments.StandardDeviation);
        return part.IsMatrix && spread > 0 ? 1 + (mean * mean / (spread * spread)) : 1;
    }

    private static double[,] ProductsOf(List<double[]> vectors)
    {
        var products = new double[vectors.Count, vectors.Count];
        for (var i = 0; i < vectors.Count; i++)
            for (var j = i; j < vectors.Count; j++) products[i, j] = products[j, i] = vectors[i].Zip(vectors[j], (x, y) => x * y).Sum();
        return products;
    }
}
