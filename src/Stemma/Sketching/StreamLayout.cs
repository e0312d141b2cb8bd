using Stemma.Checkpoints;

namespace Stemma.Sketching;

/// <summary>
/// Rows longer than memory allows are streamed as shorter ones. Such a tensor keeps its digest only: no known architecture has one, and a file made to
/// exhaust memory would.
/// </summary>
internal static class StreamLayout
{
    private const long LongestRow = 1 << 22;

    public static TensorInfo Of(TensorInfo tensor)
    {
        if (tensor.Columns <= LongestRow || tensor.Strides is not null) return tensor;
        var piece = LongestRow;
        while (tensor.Count % piece != 0) piece--;
        return tensor with { Shape = [tensor.Count / piece, piece] };
    }
}
