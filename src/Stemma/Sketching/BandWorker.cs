using System.Runtime.InteropServices;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Sketching.Kernels;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>Reads bands and runs the kernels over them; one per thread, with its own buffers.</summary>
internal sealed class BandWorker(Checkpoint checkpoint)
{
    /// <summary>Columns per tile: 64 buckets of a tile stay in the second-level cache.</summary>
    private const int Tile = 4096;

    private readonly float[] scratch = new float[Recipe.Projection];
    private byte[] raw = [];
    private float[] decoded = [];
    private float[] gathered = [];

    /// <summary>Reads one band and adds it to its tensor. True when the tensor is thereby complete.</summary>
    public bool Run(TensorPass pass, int band)
    {
        var (first, rows) = pass.RowsOf(band);
        var bytes = Buffer(ref raw, checked((int)(rows * pass.Layout.RowBytes))).AsSpan(0, (int)(rows * pass.Layout.RowBytes));
        checkpoint.ReadRows(pass.Layout, first, bytes);
        var digest = Xxh3.Hash128(bytes);
        foreach (var part in pass.Parts) part.Begin();
        var sums = new BandSums?[pass.Parts.Count];
        if (TensorTypes.IsFloat(pass.Layout.Type)) Sum(pass, first, rows, bytes, sums);
        return pass.Complete(band, digest, sums);
    }

    private void Sum(TensorPass pass, long first, int rows, ReadOnlySpan<byte> bytes, BandSums?[] sums)
    {
        var type = pass.Layout.Type;
        if (type == TensorType.BF16 && RangeKernel.AllInRange<BFloat16Source>(bytes))
        {
            SumParts<BFloat16Source>(pass, first, rows, bytes, sums);
            return;
        }

        if (type == TensorType.F32 && RangeKernel.AllInRange<Float32Source>(bytes))
        {
            SumParts<Float32Source>(pass, first, rows, bytes, sums);
            return;
        }

        var numbers = Buffer(ref decoded, checked((int)(rows * pass.Layout.Columns))).AsSpan(0, (int)(rows * pass.Layout.Columns));
        TensorDecoder.Decode(type, bytes, numbers);
        if (!RangeKernel.AllInRange<Float32Source>(Float32Source.BytesOf(numbers))) Sanitise(pass, first, rows, numbers, sums);
        SumParts<Float32Source>(pass, first, rows, Float32Source.BytesOf(numbers), sums);
    }

    private static void Sanitise(TensorPass pass, long first, int rows, Span<float> numbers, BandSums?[] sums)
    {
        var columns = (int)pass.Layout.Columns;
        for (var p = 0; p < pass.Parts.Count; p++)
        {
            var part = pass.Parts[p].Part;
            foreach (var run in AxisRuns.Within(part.Rows, first, first + rows))
                for (var row = run.First; row < run.First + run.Count; row++)
                    foreach (var across in AxisRuns.Within(part.Columns, 0, columns))
                        (sums[p] ??= new()).NonFinite += RangeKernel.Sanitise(
                            numbers.Slice((int)(((row - first) * columns) + across.First), (int)across.Count));
        }
    }

    private void SumParts<TSource>(TensorPass pass, long first, int rows, ReadOnlySpan<byte> bytes, BandSums?[] sums)
        where TSource : struct, IRowSource
    {
        for (var p = 0; p < pass.Parts.Count; p++)
        {
            var part = pass.Parts[p];
            foreach (var run in AxisRuns.Within(part.Part.Rows, first, first + rows))
            {
                var into = sums[p] ??= new();
                var pitch = (int)pass.Layout.Columns * TSource.Bytes;
                var block = bytes.Slice((int)(run.First - first) * pitch, (int)run.Count * pitch);
                if (part.Part.Columns.Blocks == 1) Dispatch<TSource>(part, run, block, (int)part.Part.Columns.Start, pitch, into);
                else Dispatch<Float32Source>(part, run, Gather<TSource>(part, block, pitch, (int)run.Count), 0, (int)part.Part.Columns.Count * sizeof(float), into);
            }
        }
    }

    private void Dispatch<TSource>(PartPass part, AxisRun run, ReadOnlySpan<byte> block, int firstColumn, int pitch, BandSums into)
        where TSource : struct, IRowSource
    {
        if (part.UnitsAreRows) SumRows<TSource>(part, run, block, firstColumn, pitch, into);
        else SumColumns<TSource>(part, run, block, firstColumn, pitch, into);
    }

    private void SumRows<TSource>(PartPass part, AxisRun run, ReadOnlySpan<byte> block, int firstColumn, int pitch, BandSums into)
        where TSource : struct, IRowSource
    {
        if (part.LinearSize > 0) into.Linear ??= new float[part.LinearSize * part.LinearSize];
        var width = (int)part.Inner;
        for (var r = 0; r < run.Count; r++)
        {
            var row = block.Slice((r * pitch) + (firstColumn * TSource.Bytes), width * TSource.Bytes);
            var unit = run.Index + r;
            var sketch = part.Table is { } table ? table.Of((int)unit) : scratch;
            var sums = RowKernel.Run<TSource>(row, part.Factors, sketch);
            into.Add(sums);
            if (part.Table is { } norms) norms.Squares[unit] = (float)sums.Folded;
            if (part.LinearSize > 0) LinearSketch.AddUnit(into.Linear, part.LinearSize, unit, sketch);
            if (part.Anchors?.Wants(unit) == true) part.Anchors.Take<TSource>(unit, row);
            if (ShapeSample.Takes(unit, part.Count)) into.Sample.Add<TSource>(row, width);
        }
    }

    private static void SumColumns<TSource>(PartPass part, AxisRun run, ReadOnlySpan<byte> block, int firstColumn, int pitch, BandSums into)
        where TSource : struct, IRowSource
    {
        var width = (int)part.Units;
        var columns = part.Columns!;
        for (var tile = 0; tile < width; tile += Tile)
        {
            var count = Math.Min(Tile, width - tile);
            for (var r = 0; r < run.Count; r++)
            {
                var inner = run.Index + r;
                var row = block.Slice((r * pitch) + ((firstColumn + tile) * TSource.Bytes), count * TSource.Bytes);
                into.Add(ColumnKernel.Run<TSource>(row, part.Factors[inner], columns.Bucket(inner, tile, count), columns.Norms(tile, count)));
                if (ShapeSample.Takes(inner, part.Count)) into.Sample.Add<TSource>(row, count);
            }
        }
    }

    /// <summary>Columns that lie in several blocks, side by side.</summary>
    private ReadOnlySpan<byte> Gather<TSource>(PartPass part, ReadOnlySpan<byte> block, int pitch, int rows)
        where TSource : struct, IRowSource
    {
        var slice = part.Part.Columns;
        var numbers = Buffer(ref gathered, checked((int)(rows * slice.Count))).AsSpan(0, (int)(rows * slice.Count));
        ref var x = ref MemoryMarshal.GetReference(block);
        var at = 0;
        for (var r = 0; r < rows; r++)
            for (long b = 0; b < slice.Blocks; b++)
                for (long i = 0; i < slice.Length; i++)
                    numbers[at++] = TSource.Load(ref System.Runtime.CompilerServices.Unsafe.AddByteOffset(ref x, (nint)r * pitch), (nint)(slice.Start + (b * slice.Stride) + i));
        return Float32Source.BytesOf(numbers);
    }

    private static T[] Buffer<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = GC.AllocateUninitializedArray<T>(length);
        return buffer;
    }
}
