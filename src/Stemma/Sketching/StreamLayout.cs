using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>
/// Rows longer than memory allows are streamed as shorter ones. Such a tensor keeps its digest only: no known architecture has one, and a file made to
/// exhaust memory would.
/// </summary>
internal static class StreamLayout
{
    private const long LongestRow = 1 << 22;

    /// <exception cref="StemmaException">A view that is not row-major has rows that are too long to gather.</exception>
    public static TensorInfo Of(TensorInfo tensor)
    {
        if (tensor.Columns <= LongestRow) return tensor;
        if (tensor.Strides is not null || tensor.PairedRows > 0)
        {
            throw new StemmaException(
                FaultCode.TorchTensorInvalid, SafeText.Escape(tensor.Name), tensor.Offset, $"rows of {tensor.Columns} numbers that the file keeps out of order",
                $"rows of at most {LongestRow}", "Save the tensor as contiguous");
        }

        var piece = LongestRow;
        while (tensor.Count % piece != 0 || piece % tensor.Type.BlockOf().Numbers != 0) piece--;
        return tensor with { Shape = [tensor.Count / piece, piece] };
    }
}
