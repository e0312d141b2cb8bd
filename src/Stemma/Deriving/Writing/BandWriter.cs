using System.Buffers;
using Stemma.Foundation;

namespace Stemma.Deriving.Writing;

/// <summary>Takes the next bytes of a file.</summary>
internal delegate void AppendBytes(ReadOnlySpan<byte> bytes);

/// <summary>Makes a tensor's rows on several threads and writes them in order, a few bands ahead of the disk.</summary>
internal sealed class BandWriter(AppendBytes append, int threads, IWorkProgress progress, CancellationToken cancel)
{
    private const long Band = 8 << 20;

    /// <summary>Writes one tensor.</summary>
    public void Write(OutputTensor tensor)
    {
        var rows = tensor.Open();
        if (rows.Rows == 0 || rows.RowBytes == 0) return;
        var perBand = Math.Clamp(Band / rows.RowBytes, 1, rows.Rows);
        var ahead = new Queue<Task<ArraySegment<byte>>>();
        try
        {
            for (var first = 0L; first < rows.Rows; first += perBand)
            {
                cancel.ThrowIfCancellationRequested();
                var (from, count) = (first, Math.Min(perBand, rows.Rows - first));
                ahead.Enqueue(Task.Run(() => Make(rows, from, count), CancellationToken.None));
                if (ahead.Count > threads) Append(ahead.Dequeue());
            }

            while (ahead.Count > 0) Append(ahead.Dequeue());
        }
        finally
        {
            // After a failure the bands ahead still read the parents, which are about to be closed.
            while (ahead.Count > 0) Task.WaitAny([ahead.Dequeue()], CancellationToken.None);
            rows.Release();
        }
    }

    private static ArraySegment<byte> Make(ByteRows rows, long first, long count)
    {
        var length = checked((int)(count * rows.RowBytes));
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        rows.Read(first, bytes.AsSpan(0, length));
        return new(bytes, 0, length);
    }

    private void Append(Task<ArraySegment<byte>> band)
    {
        var bytes = band.GetAwaiter().GetResult();
        append(bytes);
        progress.Advance(bytes.Count);
        ArrayPool<byte>.Shared.Return(bytes.Array!);
    }
}
