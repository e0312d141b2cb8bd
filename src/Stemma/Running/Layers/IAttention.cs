using Stemma.Running.Kernels;

namespace Stemma.Running.Layers;

/// <summary>The block in which tokens look at one another.</summary>
internal interface IAttention
{
    /// <summary>An empty past for so many positions.</summary>
    KvCache NewCache(int capacity);

    /// <summary>Bytes that the past of so many positions takes.</summary>
    long CacheBytes(int capacity);

    /// <summary>What is added to the residual stream.</summary>
    /// <param name="x">[tokens, hidden], normalised.</param>
    /// <param name="cache">The past of this layer, which grows by these tokens.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="rope">Rotary positions; null where positions are learned.</param>
    Rows Forward(Rows x, KvCache cache, int firstPosition, Rope? rope);
}
