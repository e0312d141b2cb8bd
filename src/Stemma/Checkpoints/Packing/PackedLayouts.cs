using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Packing.Layouts;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing;

/// <summary>The layouts that are known. A new one is one line here.</summary>
internal static class PackedLayouts
{
    private static readonly IReadOnlyList<IPackedLayout> All =
    [
        new GptqLayout(),
        new AwqLayout(),
        new FourBitCodesLayout(),
        new RowInt8Layout(),
        new PackedIntegersLayout(),
        new PackedFp4Layout(),
        new ScaledLayout(),
        new MxFp4Layout(),
        new MlxLayout(),
        new OnnxBlocksLayout(),
        new OnnxIntegersLayout(),
    ];

    /// <summary>Joins weights that were cut.</summary>
    private static readonly IReadOnlyList<IPackedLayout> Parted = [new ParallelPartsLayout()];

    /// <summary>Joins weights that stand apart, packed or not.</summary>
    private static readonly IReadOnlyList<IPackedLayout> Joining = [new LatentHalvesLayout()];

    /// <summary>The same checkpoint with logical tensors in the place of packed ones; the checkpoint itself when nothing is packed.</summary>
    /// <param name="checkpoint">As stored. It belongs to the result from now on, and is closed when this throws.</param>
    /// <exception cref="StemmaException">Companions of a packed tensor do not fit it.</exception>
    public static Checkpoint Unpack(Checkpoint checkpoint)
    {
        // GGUF has blocks instead of scales that stand apart.
        checkpoint = Unpack(checkpoint, Parted);
        var unpacked = checkpoint.Format == GgufFormat.FormatName ? checkpoint : Unpack(checkpoint, All);
        return Unpack(unpacked, Joining);
    }

    private static Checkpoint Unpack(Checkpoint checkpoint, IReadOnlyList<IPackedLayout> layouts)
    {
        try
        {
            var stored = new StoredTensors(checkpoint);
            var packed = new List<PackedTensor>();
            foreach (var layout in layouts)
            {
                foreach (var tensor in layout.Find(stored))
                {
                    stored.Take(tensor);
                    packed.Add(tensor);
                }
            }

            return packed.Count == 0 ? checkpoint : PackedCheckpoint.Of(checkpoint, packed, stored.ActivationScales(packed));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }
}
