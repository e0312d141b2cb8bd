using Stemma.Anatomy;

namespace Stemma.Comparing.Differences;

/// <summary>
/// A difference of low rank in the matrices of matched layers: what folding low-rank adapters into the weights leaves (Hu et al. 2021, arXiv 2106.09685).
/// </summary>
/// <param name="Rank">Rank of the difference, the same in most matrices and exceeded in none.</param>
/// <param name="Changed">Matrices of layers that differ.</param>
/// <param name="AtRank">How many of them have that very rank; in the others a direction lies below rounding.</param>
/// <param name="Limit">Highest rank that the sketches could have shown.</param>
/// <param name="Roles">Roles that were changed.</param>
/// <param name="Layers">Layers that were changed.</param>
/// <param name="Same">Tensors outside of these that are the same bytes.</param>
/// <param name="Others">Tensors outside of these that differ.</param>
public sealed record LowRankUpdate(int Rank, int Changed, int AtRank, int Limit, IReadOnlyList<TensorRole> Roles, int Layers, int Same, int Others)
{
    /// <summary>With fewer matrices, agreement on one rank may be chance.</summary>
    private const int Fewest = 4;

    /// <summary>
    /// Null where the difference has no low rank, or none that can be told from a full one. A full update shrunk into rounding noise shows a few directions above
    /// it too; there the ranks scatter from matrix to matrix and the singular values sink without a step. Asked for is therefore: one rank that at least half of the
    /// changed matrices have and none exceeds, at least half of the difference's energy, a step of three times the next one, and behind it only noise.
    /// </summary>
    public static LowRankUpdate? Find(PairContext pair)
    {
        var (subject, reference) = (pair.SubjectStored, pair.ReferenceStored);
        if (pair.Layers.Pairs.Count == 0 || pair.Subject.Shape.Layers != pair.Reference.Shape.Layers || pair.Layers.Pairs.Count != pair.Subject.Shape.Layers) return null;
        var size = Math.Min(subject.Size, reference.Size);
        var ranks = new List<(StoredPart Part, VisibleRank Rank)>();
        var (same, others) = (0, 0);
        foreach (var (here, there) in StoredPairs.Of(pair))
        {
            if (here.Digest == there.Digest) same++;
            else if (!here.IsMatrix || here.Key.Layer < 0) others++;
            else if (RoundingSpectrum.Of(there, reference.Size, here, subject.Size) is not { } singular) return null;
            else if (VisibleRank.Of(singular, size, here.Part.Units, here.Part.Inner) is { Seen: true } rank) ranks.Add((here, rank));
            else return null;
        }

        if (ranks.Count < Fewest) return null;
        var highest = ranks.Max(r => r.Rank.Rank);
        var at = ranks.Where(r => r.Rank.Rank == highest).Select(r => r.Rank).ToList();
        var stands = highest > 0 && 2 * at.Count >= ranks.Count && at.Average(r => r.Share) >= 0.5;
        var (step, next) = (at.Average(r => r.Drop), at.Average(r => r.Next));
        if (!stands || step < 3 * next || next > 2 * at[0].NoiseSpacing(size)) return null;
        return new(
            highest, ranks.Count, at.Count, ranks.Min(r => r.Rank.Limit), [.. ranks.Select(r => r.Part.Key.Role).Distinct().Order()],
            ranks.Select(r => r.Part.Key.Layer).Distinct().Count(), same, others);
    }
}
