using Stemma.Foundation;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>What a full sketch keeps of one layer.</summary>
/// <param name="Layer">Zero-based.</param>
/// <param name="Recipe">Its sizes.</param>
/// <param name="Tensors">The layer's matrices.</param>
/// <param name="Units">Its FFN units; null when it has none.</param>
/// <param name="Heads">Its attention heads.</param>
public sealed record LayerSketch(int Layer, Recipe Recipe, IReadOnlyList<TensorSketch> Tensors, LayerUnits? Units, IReadOnlyList<HeadSketch> Heads);

/// <summary>Somebody who remembers finished layers, so that a sketch that was interrupted goes on, and a later one of the same model reads only what changed. Called from several threads.</summary>
public interface ISketchMemory
{
    /// <summary>A layer that was sketched from the very same bytes in the very same way; null when it was not.</summary>
    LayerSketch? Find(int layer, Digest128 key);

    /// <summary>A layer is finished.</summary>
    void Keep(LayerSketch layer, Digest128 key);
}
