using System.Buffers;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Anatomy.Values;

/// <summary>Reads the numbers of one part, as a matrix [out, in] whatever the file's layout is.</summary>
public static class PartReader
{
    private const int ChunkBytes = 4 << 20;

    /// <summary>All numbers of a part. A vector is one row.</summary>
    /// <param name="checkpoint">Where the tensor lies.</param>
    /// <param name="tensor">A tensor of floating-point numbers.</param>
    /// <param name="part">One of its parts.</param>
    /// <exception cref="StemmaException">The file cannot be read, or the part is larger than a matrix may be in memory.</exception>
    public static Matrix Read(Checkpoint checkpoint, TensorInfo tensor, TensorPart part)
    {
        var (rows, columns) = (part.Rows.Count, part.Columns.Count);
        if (rows > int.MaxValue || columns > int.MaxValue || rows * columns > Array.MaxLength)
            throw new StemmaException(FaultCode.TensorTooLarge, SafeText.Escape(tensor.Name), tensor.Offset, $"{rows} x {columns} numbers", $"at most {Array.MaxLength} numbers");
        var stored = new Matrix((int)rows, (int)columns);
        Fill(checkpoint, tensor, part, stored);
        return part.Transposed ? stored.Transpose() : stored;
    }

    private static void Fill(Checkpoint checkpoint, TensorInfo tensor, TensorPart part, Matrix stored)
    {
        var perChunk = (int)Math.Clamp(ChunkBytes / Math.Max(1, tensor.RowBytes), 1, Math.Max(1, part.Rows.Length));
        var bytes = ArrayPool<byte>.Shared.Rent(checked((int)(perChunk * tensor.RowBytes)));
        var row = new float[tensor.Columns];
        try
        {
            var next = 0;
            for (var block = 0L; block < part.Rows.Blocks; block++)
            {
                var first = part.Rows.Start + (block * part.Rows.Stride);
                for (var done = 0L; done < part.Rows.Length; done += perChunk)
                {
                    var count = (int)Math.Min(perChunk, part.Rows.Length - done);
                    var chunk = bytes.AsSpan(0, checked((int)(count * tensor.RowBytes)));
                    checkpoint.ReadRows(tensor, first + done, chunk);
                    for (var i = 0; i < count; i++)
                    {
                        TensorDecoder.Decode(tensor.Type, chunk.Slice(checked((int)(i * tensor.RowBytes)), (int)tensor.RowBytes), row);
                        Gather(row, part.Columns, stored.Row(next++));
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static void Gather(ReadOnlySpan<float> row, AxisSlice columns, Span<float> destination)
    {
        for (var block = 0L; block < columns.Blocks; block++)
        {
            row.Slice((int)(columns.Start + (block * columns.Stride)), (int)columns.Length)
                .CopyTo(destination[(int)(block * columns.Length)..]);
        }
    }
}
