using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Pairing;

/// <summary>
/// Reads rows that the file keeps in pairs: within each head of n rows, row i of the first half stands at 2i and row i of the second half at 2i + 1.
/// </summary>
internal static class PairedRowReader
{
    /// <summary>Heads longer than this are read row by row.</summary>
    private const int LargestHead = 1 << 22;

    /// <summary>Fills the destination with whole rows; the caller has checked that they exist. Of a vector the numbers count as rows.</summary>
    public static void Read(WeightFile file, TensorInfo tensor, long firstRow, Span<byte> destination)
    {
        var isVector = tensor.Shape.Count == 1;
        var rowBytes = isVector ? (int)tensor.Type.BytesOf(1) : checked((int)tensor.RowBytes);
        var headBytes = (long)tensor.PairedRows * rowBytes;
        if (headBytes > LargestHead)
        {
            for (var row = firstRow; destination.Length > 0; row++, destination = destination[rowBytes..])
                file.Read(tensor.Offset + (Stored(row, tensor.PairedRows) * rowBytes), destination[..rowBytes]);
            return;
        }

        using var scratch = new Rented<byte>((int)headBytes);
        for (var row = firstRow; destination.Length > 0;)
        {
            var head = row / tensor.PairedRows;
            file.Read(tensor.Offset + (head * headBytes), scratch.Span);
            for (; destination.Length > 0 && row / tensor.PairedRows == head; row++, destination = destination[rowBytes..])
                scratch.Span.Slice((int)((Stored(row, tensor.PairedRows) - (head * tensor.PairedRows)) * rowBytes), rowBytes).CopyTo(destination);
        }
    }

    /// <summary>Where the file keeps a row.</summary>
    public static long Stored(long row, int size)
    {
        var (head, inHead) = (row / size, row % size);
        return (head * size) + (inHead % (size / 2) * 2) + (inHead / (size / 2));
    }
}
