namespace Stemma.Checkpoints.Packing;

/// <summary>One way of keeping a weight in several stored tensors.</summary>
internal interface IPackedLayout
{
    /// <summary>The weights of this layout among stored tensors. One whose companions are missing is passed over: it stays as stored, and a notice tells so.</summary>
    /// <exception cref="Foundation.StemmaException">Companions that are there do not fit: <see cref="Foundation.FaultCode.PackedTensorInvalid"/>.</exception>
    IEnumerable<PackedTensor> Find(StoredTensors stored);
}
