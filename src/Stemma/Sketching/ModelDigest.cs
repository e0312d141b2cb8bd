using System.Text;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>The digest of a model's weights without its sketches: the same number that a fingerprint carries.</summary>
public static class ModelDigest
{
    private const int Piece = 1 << 20;

    /// <summary>Reads every byte once.</summary>
    /// <param name="name">What progress calls the model.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="anatomy">What they are; digests are taken over bands whose length depends on it.</param>
    /// <param name="progress">Told about bytes read.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    public static Digest128 Of(string name, Checkpoint checkpoint, ModelAnatomy anatomy, IWorkProgress progress, CancellationToken cancel)
    {
        progress.Begin($"reading {name}", checkpoint.Tensors.Sum(t => t.ByteLength));
        try
        {
            var digests = new Digest128[anatomy.Assignments.Count];
            Parallel.For(0, digests.Length, new ParallelOptions { CancellationToken = cancel }, at => digests[at] = OfTensor(checkpoint, anatomy.Assignments[at], progress, cancel));
            return Combine(anatomy.Assignments.Select((a, at) => (a.Tensor.Name, digests[at])).OrderBy(t => t.Name, StringComparer.Ordinal));
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Of the tensors' digests.</summary>
    /// <param name="tensors">In the order of their names.</param>
    public static Digest128 Combine(IEnumerable<(string Name, Digest128 Digest)> tensors)
    {
        using var bytes = new MemoryStream();
        foreach (var (name, digest) in tensors)
        {
            bytes.Write(Encoding.UTF8.GetBytes(name));
            bytes.WriteByte(0);
            bytes.Write(Encoding.UTF8.GetBytes(digest.ToString()));
        }

        return Xxh3.Hash128(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static Digest128 OfTensor(Checkpoint checkpoint, TensorAssignment assignment, IWorkProgress progress, CancellationToken cancel)
    {
        var layout = RecipeSizing.IsVector(assignment.Tensor) ? assignment.Tensor : StreamLayout.Of(assignment.Tensor);
        var summed = ReferenceEquals(layout, assignment.Tensor) && layout.Type.IsReal();
        var sequential = summed && assignment.Parts.Any(p => PartPass.CanHold(p) && !PartPass.HasUnitsInRows(p));
        var perBand = RecipeSizing.IsVector(assignment.Tensor) ? Math.Max(1, layout.Rows) : TensorPass.RowsIn(layout, sequential);
        var bands = new List<Digest128>();
        var hasher = new Xxh3Hasher();
        var perPiece = (int)Math.Max(1, Piece / Math.Max(1, layout.RowBytes));
        var buffer = new byte[checked((int)(Math.Min(perPiece, layout.Rows) * layout.RowBytes))];
        var first = 0L;
        do
        {
            var end = Math.Min(first + perBand, layout.Rows);
            hasher.Reset();
            while (first < end)
            {
                cancel.ThrowIfCancellationRequested();
                var bytes = buffer.AsSpan(0, (int)(Math.Min(perPiece, end - first) * layout.RowBytes));
                checkpoint.ReadRows(layout, first, bytes);
                hasher.Append(bytes);
                progress.Advance(bytes.Length);
                first += bytes.Length / layout.RowBytes;
            }

            bands.Add(hasher.Finish());
        }
        while (first < layout.Rows);
        // A matrix without rows has no bands; a vector without numbers has one empty one.
        if (layout.Rows == 0 && !RecipeSizing.IsVector(assignment.Tensor)) bands.Clear();
        return BandDigests.Combine([.. bands]);
    }
}
