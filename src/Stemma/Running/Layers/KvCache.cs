using Stemma.Running.Kernels;

namespace Stemma.Running.Layers;

/// <summary>
/// Keys and values of one layer's past as 32-bit floats. Its size is settled when a run starts and never grows: capacity x key-value heads x
/// (key size + value size rounded up to 16) x 4 bytes.
/// </summary>
internal sealed class KvCache(int capacity, int heads, int keySize, int valueSize)
{
    private readonly int _blocks = (capacity + AttentionKernel.Block - 1) / AttentionKernel.Block;

    public int Heads => heads;

    public int KeySize => keySize;

    public int ValueSize => valueSize;

    /// <summary>Floats from one position's values to the next one's.</summary>
    public int ValueWidth { get; } = (valueSize + AttentionKernel.Block - 1) / AttentionKernel.Block * AttentionKernel.Block;

    /// <summary>[heads][blocks][keySize][16]</summary>
    public float[][] Keys { get; } = Arrays(heads, (long)((capacity + AttentionKernel.Block - 1) / AttentionKernel.Block) * AttentionKernel.Block * keySize);

    /// <summary>[heads][positions][ValueWidth]</summary>
    public float[][] Values { get; } = Arrays(heads, (long)((capacity + AttentionKernel.Block - 1) / AttentionKernel.Block) * AttentionKernel.Block * ((valueSize + AttentionKernel.Block - 1) / AttentionKernel.Block * AttentionKernel.Block));

    /// <summary>Bytes that a cache of these sizes takes.</summary>
    public static long Bytes(long capacity, int heads, int keySize, int valueSize) =>
        (capacity + AttentionKernel.Block - 1) / AttentionKernel.Block * AttentionKernel.Block * heads * (keySize + ((valueSize + AttentionKernel.Block - 1) / AttentionKernel.Block * AttentionKernel.Block)) * sizeof(float);

    /// <summary>Puts keys and values of further positions in; they stand where they stood in a row, head after head.</summary>
    /// <param name="firstPosition">Position of the first row.</param>
    /// <param name="keys">[tokens, heads * keySize].</param>
    /// <param name="values">[tokens, heads * valueSize].</param>
    public void Store(int firstPosition, Rows keys, Rows values)
    {
        if (firstPosition + keys.Count > _blocks * AttentionKernel.Block) throw new ArgumentOutOfRangeException(nameof(firstPosition));
        for (var row = 0; row < keys.Count; row++)
        {
            var position = firstPosition + row;
            for (var head = 0; head < heads; head++)
            {
                var block = Keys[head].AsSpan((position / AttentionKernel.Block * keySize * AttentionKernel.Block) + (position % AttentionKernel.Block));
                var key = keys[row].Slice(head * keySize, keySize);
                for (var d = 0; d < keySize; d++) block[d * AttentionKernel.Block] = key[d];
                values[row].Slice(head * valueSize, valueSize).CopyTo(Values[head].AsSpan(position * ValueWidth));
            }
        }
    }

    private static float[][] Arrays(int heads, long length)
    {
        var arrays = new float[heads][];
        for (var head = 0; head < heads; head++) arrays[head] = new float[length];
        return arrays;
    }
}
