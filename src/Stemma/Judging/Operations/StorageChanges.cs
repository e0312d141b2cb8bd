using Stemma.Anatomy;
using Stemma.Fingerprints;

namespace Stemma.Judging.Operations;

/// <summary>Pruning and quantisation.</summary>
internal static class StorageChanges
{
    /// <summary>Trained weights in 16 or 32 bits are exactly zero less than once in a hundred; a pruned model is at every tenth or more.</summary>
    private const double PrunedZeros = 0.1, OrdinaryZeros = 0.01;

    /// <summary>A 4-bit grid has at most 16 values in a group of 32 or more, so at most half of 64 neighbours differ, zeros left aside; bf16 weights differ nearly all.</summary>
    private const double GridDistinct = 0.55, OrdinaryDistinct = 0.8;

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var (subject, reference) = (Of(findings.Pair.Subject), Of(findings.Pair.Reference));
        var (coarse, coarseThere) = (subject.Distinct < GridDistinct, reference.Distinct < GridDistinct);
        var packing = PackedWeights.Describe(findings.Pair.Subject, findings.Pair.Reference);
        if (Sides(coarse && reference.Distinct > OrdinaryDistinct, coarseThere && subject.Distinct > OrdinaryDistinct) is { } q)
        {
            yield return new(new("quantised", $"Of 64 neighbouring weights that are not zero {64 * subject.Distinct:0} are different values, in the reference {64 * reference.Distinct:0}: a coarse grid.{(packing is null ? "" : " " + packing)}"), q);
        }
        else if (packing is not null)
        {
            // Models are trained in 8 bits and published in 16 as well as the other way round, so the layout alone tells no direction.
            yield return new(new("quantised", packing));
        }

        // A coarse grid has zeros of its own: they neither make a model pruned nor hide that the other one is.
        var (zeros, zerosThere) = (coarse ? 0 : subject.Zeros, coarseThere ? 0 : reference.Zeros);
        if (Sides(zeros > PrunedZeros && zerosThere < OrdinaryZeros, zerosThere > PrunedZeros && zeros < OrdinaryZeros) is { } p)
        {
            yield return new(new("pruned", $"{subject.Zeros:P1} of the weights are exactly zero, in the reference {reference.Zeros:P1}."), p);
        }
    }

    private static Direction? Sides(bool subject, bool reference) =>
        subject ? Direction.SubjectFromReference : reference ? Direction.ReferenceFromSubject : null;

    private static (double Zeros, double Distinct) Of(Fingerprint model)
    {
        var matrices = model.Sketch.Tensors.SelectMany(t => t.Parts)
            .Where(p => p.Role is TensorRole.Q or TensorRole.K or TensorRole.V or TensorRole.O or TensorRole.Gate or TensorRole.Up or TensorRole.Down && p.Inner >= 64 && !p.CommonMaterial && !p.IsBias)
            .Select(p => p.Moments).ToList();
        var count = matrices.Sum(m => (double)m.Count);
        return count == 0 ? (0, 1) : (matrices.Sum(m => m.ZeroShare * m.Count) / count, matrices.Sum(m => m.DistinctShare / Math.Max(0.01, 1 - m.ZeroShare) * m.Count) / count);
    }
}
