using System.Buffers;
using Stemma.Anatomy;
using Stemma.Checkpoints;

namespace Stemma.Deriving.Grids;

/// <summary>A stored tensor as floats.</summary>
internal sealed class StoredGrid(Checkpoint checkpoint, TensorInfo tensor) : Grid
{
    public override long Rows => tensor.Rows;

    public override int Columns => checked((int)tensor.Columns);

    public override void Read(long first, Span<float> rows)
    {
        var length = checked((int)(rows.Length / Math.Max(1, Columns) * tensor.RowBytes));
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            checkpoint.ReadRows(tensor, first, bytes.AsSpan(0, length));
            TensorDecoder.Decode(tensor.Type, bytes.AsSpan(0, length), rows);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}

/// <summary>Some rows and columns of another grid: one part of a fused tensor.</summary>
internal sealed class SliceGrid(Grid source, AxisSlice rows, AxisSlice columns) : Grid
{
    public override long Rows => rows.Count;

    public override int Columns => checked((int)columns.Count);

    public override void Read(long first, Span<float> destination)
    {
        if (columns == AxisSlice.All(source.Columns)) ReadRuns(first, destination);
        else ReadCut(first, destination);
    }

    public override void Release() => source.Release();

    /// <summary>Whole rows need no cutting.</summary>
    private void ReadRuns(long first, Span<float> destination)
    {
        while (destination.Length > 0)
        {
            var inRun = first % rows.Length;
            var now = (int)Math.Min(rows.Length - inRun, destination.Length / Columns);
            source.Read(rows.Start + (first / rows.Length * rows.Stride) + inRun, destination[..(now * Columns)]);
            destination = destination[(now * Columns)..];
            first += now;
        }
    }

    private void ReadCut(long first, Span<float> destination)
    {
        var wide = ArrayPool<float>.Shared.Rent(source.Columns);
        try
        {
            for (var done = 0; done * Columns < destination.Length; done++)
            {
                var at = first + done;
                source.Read(rows.Start + (at / rows.Length * rows.Stride) + (at % rows.Length), wide.AsSpan(0, source.Columns));
                var to = destination.Slice(done * Columns, Columns);
                for (var block = 0; block < columns.Blocks; block++)
                    wide.AsSpan((int)(columns.Start + (block * columns.Stride)), (int)columns.Length).CopyTo(to[(int)(block * columns.Length)..]);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(wide);
        }
    }
}
