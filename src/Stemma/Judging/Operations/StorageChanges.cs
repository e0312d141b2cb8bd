using Stemma.Anatomy;
using Stemma.Comparing;
using Stemma.Fingerprints;

namespace Stemma.Judging.Operations;

/// <summary>Pruning, quantisation, and plain conversion to another type.</summary>
internal static class StorageChanges
{
    public const string Quantised = "quantised", Converted = "converted";

    /// <summary>Trained weights in 16 or 32 bits are exactly zero less than once in a hundred; a pruned model is at every tenth or more.</summary>
    private const double PrunedZeros = 0.1, OrdinaryZeros = 0.01;

    /// <summary>A 4-bit grid has at most 16 values in a group of 32 or more, so at most half of 64 neighbours differ, zeros left aside; bf16 weights differ nearly all.</summary>
    private const double GridDistinct = 0.55, OrdinaryDistinct = 0.8;

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var (subject, reference) = (Of(findings.Pair.Subject), Of(findings.Pair.Reference));
        var (here, there) = (QuantisedStorage.Of(findings.Pair.Subject), QuantisedStorage.Of(findings.Pair.Reference));
        var few = Sides(subject.Distinct < GridDistinct && reference.Distinct > OrdinaryDistinct, reference.Distinct < GridDistinct && subject.Distinct > OrdinaryDistinct);
        var (coarse, coarseThere) = (here is not null || subject.Distinct < GridDistinct, there is not null || reference.Distinct < GridDistinct);
        var difference = findings.Effect("identical-bytes") >= 1 ? StoredDifference.Unknown : StoredDifferences.Of(findings.Pair);
        if (here is not null && there is not null)
        {
            if (here.Detail != there.Detail) yield return new(new(Quantised, $"The matrices are stored as {here.Detail} here and as {there.Detail} in the reference: each was rounded to a grid of its own."));
        }
        else if ((here ?? there) is { } grid)
        {
            yield return InOneGrid(findings, grid, difference, few);
        }
        else if (HoldSameTensors(findings.Pair))
        {
            yield return new(new(Converted, "Each tensor of one is a tensor of the other, byte for byte: only names, order or arrangement in files differ."));
        }
        else if (difference == StoredDifference.None)
        {
            var (ours, theirs) = (QuantisedStorage.Commonest(findings.Pair.Subject), QuantisedStorage.Commonest(findings.Pair.Reference));
            yield return new(new(Converted, ours == theirs
                ? $"The matrices hold the same numbers, as {ours} on both sides, in another arrangement of files or tensors."
                : $"The matrices hold the same numbers, up to rounding: as {ours} here, as {theirs} in the reference."));
        }
        else if (few is { } q)
        {
            yield return new(new(Quantised, $"Of 64 neighbouring weights that are not zero {64 * subject.Distinct:0} are different values, in the reference {64 * reference.Distinct:0}: a coarse grid."), q);
        }

        // A coarse grid has zeros of its own: they neither make a model pruned nor hide that the other one is. Units in another order mix the groups of a grid,
        // so that neighbours repeat less often than in a grid and more often than in a model that was only pruned.
        var (zeros, zerosThere) = (coarse || subject.Distinct < OrdinaryDistinct ? 0 : subject.Zeros, coarseThere || reference.Distinct < OrdinaryDistinct ? 0 : reference.Zeros);
        if (Sides(zeros > PrunedZeros && zerosThere < OrdinaryZeros, zerosThere > PrunedZeros && zeros < OrdinaryZeros) is { } p)
        {
            yield return new(new("pruned", $"{subject.Zeros:P1} of the weights are exactly zero, in the reference {reference.Zeros:P1}."), p);
        }
    }

    /// <summary>
    /// One side is stored in a grid. It was rounded from the other where the two are as far apart as rounding to the grid takes them; where the other holds the very numbers
    /// of the grid, either may have been written from it. Layouts whose rounding is not known are judged by how few values they leave, as grids in plain storage are.
    /// </summary>
    private static FoundOperation InOneGrid(Findings findings, QuantisedStorage grid, StoredDifference difference, Direction? few)
    {
        var onSubject = QuantisedStorage.Of(findings.Pair.Subject) is not null;
        var plain = QuantisedStorage.Commonest(onSubject ? findings.Pair.Reference : findings.Pair.Subject);
        var stored = $"{grid.Name}: the matrices are stored as {grid.Detail} {(onSubject ? "here, in the reference as" : "in the reference, here as")} {plain}";
        var known = findings.Pair.Subject.Sketch.Tensors.Concat(findings.Pair.Reference.Sketch.Tensors).Any(t => t.Packing is null && QuantisedStorage.RoundingOf(t.Type) is not null);
        return difference switch
        {
            StoredDifference.None => new(new(Quantised, $"{stored}, but with the numbers of that grid: which side was written from the other does not show.")),
            StoredDifference.OfTheGrid => new(new(Quantised, $"{stored}; they are as far apart as rounding to that grid takes them."), onSubject ? Direction.SubjectFromReference : Direction.ReferenceFromSubject),
            _ => new(new(Quantised, $"{stored}."), known ? Direction.Undetermined : few ?? Direction.Undetermined),
        };
    }

    /// <summary>True where the tensors are the same, one for one, whatever they are called; tables that are never trained are left aside.</summary>
    private static bool HoldSameTensors(PairContext pair)
    {
        var (subject, reference) = (Digests(pair.Subject), Digests(pair.Reference));
        return !pair.Quick && subject.Count > 0 && subject.SequenceEqual(reference, StringComparer.Ordinal);
    }

    private static List<string> Digests(Fingerprint model) =>
        [.. model.Sketch.Tensors.Where(t => t.Parts.Any(p => p.Role != TensorRole.Buffer)).Select(t => t.Digest.ToString()).Order(StringComparer.Ordinal)];

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
