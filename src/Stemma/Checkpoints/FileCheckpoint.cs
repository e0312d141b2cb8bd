using Stemma.Checkpoints.Pairing;
using Stemma.Checkpoints.Tensors;

namespace Stemma.Checkpoints;

/// <summary>A checkpoint that lies in open files. Positional reads make it safe for any number of threads.</summary>
/// <param name="files">In the order of <see cref="Checkpoint.Files"/>; closed with the checkpoint.</param>
/// <param name="vocabulary">Reads the vocabulary that a file carries; null when none does.</param>
/// <param name="scratch">What else is closed with it; null for nothing.</param>
internal sealed class FileCheckpoint(IReadOnlyList<WeightFile> files, Func<StoredVocabulary>? vocabulary, IDisposable? scratch) : Checkpoint
{
    public override int Readers => files.Count == 0 ? 0 : files.Max(file => file.Readers);

    public override void Expect(TensorInfo tensor, long firstRow, long rows)
    {
        if (tensor.Strides is null) files[tensor.File].Expect(tensor.Offset + firstRow * tensor.RowBytes, rows * tensor.RowBytes);
    }

    public override StoredVocabulary? ReadVocabulary() => vocabulary?.Invoke();

    public override void ReadRows(TensorInfo tensor, long firstRow, Span<byte> destination)
    {
        if (!HasRows(tensor, firstRow, destination.Length)) return;
        var file = files[tensor.File];
        if (tensor.PairedRows > 0) PairedRowReader.Read(file, tensor, firstRow, destination);
        else if (tensor.Strides is null) file.Read(tensor.Offset + firstRow * tensor.RowBytes, destination);
        else StridedReader.Read(file, tensor, firstRow, destination);
    }

    public override nint Map(TensorInfo tensor) =>
        tensor.Strides is null && tensor.PairedRows == 0 && files[tensor.File].Map() is var start and not 0 ? start + (nint)tensor.Offset : 0;

    public override void ReadBytes(int file, long offset, Span<byte> destination) => files[file].Read(offset, destination);

    protected override void Dispose(bool disposing)
    {
        foreach (var file in files) file.Dispose();
        scratch?.Dispose();
    }
}
