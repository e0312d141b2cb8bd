namespace Stemma.Sketching.Quick;

/// <summary>How much of a model's weights a quick sketch read.</summary>
/// <param name="BytesRead">Of tensors.</param>
/// <param name="BytesTotal">Of all tensors.</param>
public sealed record QuickReading(long BytesRead, long BytesTotal)
{
    /// <summary>0 to 1.</summary>
    public double Share => BytesTotal == 0 ? 1 : (double)BytesRead / BytesTotal;
}
