using System.Runtime.InteropServices;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Sketching.Kernels;

namespace Stemma.Sketching;

/// <summary>Reads bands and hands their rows to the kernels; one per thread, with its own buffers.</summary>
internal sealed class BandWorker(Checkpoint checkpoint)
{
    /// <summary>Bytes read at a time: hashed and summed while they are in the second-level cache.</summary>
    private const long Piece = 1 << 18;

    private readonly Xxh3Hasher _hasher = new();
    private readonly PartSummer _summer = new();
    private byte[] _raw = [];
    private float[] _decoded = [];
    private float[] _gathered = [];

    /// <summary>Reads one band and adds it to its tensor. True when the tensor is thereby complete.</summary>
    public bool Run(TensorPass pass, int band)
    {
        var (first, rows) = pass.RowsOf(band);
        var rowBytes = (int)pass.Layout.RowBytes;
        var perPiece = (int)Math.Clamp(Piece / Math.Max(1, rowBytes), 1, rows);
        var isReal = pass.Layout.Type.IsReal();
        var sums = new BandSums?[pass.Parts.Count];
        foreach (var part in pass.Parts) part.Begin();
        _hasher.Reset();

        // Matrices with units along the columns are summed tile by tile over the whole band, so that a tile's sums are fetched once.
        var together = pass.Sequential && isReal ? rows : perPiece;
        var buffer = Buffer(ref _raw, checked(together * rowBytes));
        for (var done = 0; done < rows; done += together)
        {
            var now = Math.Min(together, rows - done);
            var bytes = buffer.AsSpan(0, now * rowBytes);
            for (var row = 0; row < now; row += perPiece)
            {
                var piece = bytes.Slice(row * rowBytes, Math.Min(perPiece, now - row) * rowBytes);
                checkpoint.ReadRows(pass.Layout, first + done + row, piece);
                _hasher.Append(piece);
            }

            if (isReal) Sum(pass, first + done, now, bytes, sums);
        }

        return pass.Complete(band, _hasher.Finish(), sums);
    }

    private void Sum(TensorPass pass, long first, int count, ReadOnlySpan<byte> bytes, BandSums?[] sums)
    {
        var (type, columns) = (pass.Layout.Type, pass.Layout.Columns);
        var decoded = BandRows.AreLoaded(type) ? [] : Buffer(ref _decoded, checked((int)columns));
        var rows = new BandRows(type, columns, bytes, decoded);
        if (type == TensorType.BF16) SumParts<BFloat16Source>(pass, first, first + count, rows, sums);
        else SumParts<Float32Source>(pass, first, first + count, rows, sums);
    }

    private void SumParts<TSource>(TensorPass pass, long first, long end, BandRows rows, BandSums?[] sums)
        where TSource : struct, IRowSource
    {
        for (var p = 0; p < pass.Parts.Count; p++)
        {
            var part = pass.Parts[p];
            var (slice, columns) = (part.Part.Rows, part.Part.Columns);
            for (var runs = new AxisRuns(slice, first, end); runs.Next(out var run);)
            {
                var into = sums[p] ??= new();
                var block = rows.From(run.First - first);
                if (columns.Blocks == 1) _summer.Sum<TSource>(part, run, block, columns.Start, into);
                else _summer.Sum<Float32Source>(part, run, Gather<TSource>(columns, block, run.Count, pass.Layout.Columns), 0, into);
            }
        }
    }

    /// <summary>Columns that lie in several blocks, side by side.</summary>
    private BandRows Gather<TSource>(AxisSlice slice, BandRows rows, long count, long columns)
        where TSource : struct, IRowSource
    {
        var numbers = Buffer(ref _gathered, checked((int)(count * slice.Count))).AsSpan(0, (int)(count * slice.Count));
        var at = 0;
        for (var r = 0; r < count; r++)
        {
            ref var x = ref MemoryMarshal.GetReference(rows.Numbers(r, 0, (int)columns));
            for (long b = 0; b < slice.Blocks; b++)
                for (long i = 0; i < slice.Length; i++)
                    numbers[at++] = TSource.Load(ref x, (nint)(slice.Start + (b * slice.Stride) + i));
        }

        return new(TensorType.F32, slice.Count, Float32Source.BytesOf(numbers), []);
    }

    private static T[] Buffer<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = GC.AllocateUninitializedArray<T>(length);
        return buffer;
    }
}
