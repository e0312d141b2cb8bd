using System.Runtime.InteropServices;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>A checkpoint over another one, some of whose tensors are made while they are read; all else passes through.</summary>
/// <typeparam name="T">How a tensor is made.</typeparam>
/// <param name="inner">As stored; closed with this one.</param>
/// <param name="made">What is made, by the name of the tensor; of a type that <see cref="TensorEncoder"/> writes.</param>
internal abstract class WrappedCheckpoint<T>(Checkpoint inner, IReadOnlyDictionary<string, T> made) : Checkpoint
    where T : class
{
    public override int Readers => inner.Readers;

    public override void Expect(TensorInfo tensor, long firstRow, long rows)
    {
        if (!made.ContainsKey(tensor.Name)) inner.Expect(tensor, firstRow, rows);
    }

    public override void ReadRows(TensorInfo tensor, long firstRow, Span<byte> destination)
    {
        if (!made.TryGetValue(tensor.Name, out var one))
        {
            inner.ReadRows(tensor, firstRow, destination);
            return;
        }

        if (!HasRows(tensor, firstRow, destination.Length)) return;
        if (tensor.Type == TensorType.F32)
        {
            Make(one, firstRow, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        using var numbers = new Rented<float>(checked((int)TensorDecoder.CountOf(tensor.Type, destination.Length)));
        Make(one, firstRow, numbers.Span);
        TensorEncoder.Encode(tensor.Type, numbers.Span, destination, tensor.Name);
    }

    public override nint Map(TensorInfo tensor) => made.ContainsKey(tensor.Name) ? 0 : inner.Map(tensor);

    public override StoredVocabulary? ReadVocabulary() => inner.ReadVocabulary();

    public override void ReadBytes(int file, long offset, Span<byte> destination) => inner.ReadBytes(file, offset, destination);

    /// <summary>Makes whole rows.</summary>
    protected abstract void Make(T tensor, long firstRow, Span<float> rows);

    protected override void Dispose(bool disposing) => inner.Dispose();
}
