using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>One pass over a checkpoint: vectors first, then matrices layer by layer, bands spread over threads.</summary>
public static class Sketcher
{
    /// <param name="name">What to call it while it is read.</param>
    /// <param name="checkpoint">Opened and checked.</param>
    /// <param name="anatomy">Roles of its tensors.</param>
    /// <param name="tokens">Its vocabulary, or null when none was found.</param>
    /// <param name="threads">Worker threads; 0: one per processor. Does not change the result.</param>
    /// <param name="progress">Told about bytes.</param>
    /// <param name="cancel">Stops between bands.</param>
    /// <param name="memory">Remembers finished layers; null for nobody. Does not change the result.</param>
    /// <exception cref="StemmaException">A file could not be read to its end.</exception>
    public static ModelSketch Run(
        string name, Checkpoint checkpoint, ModelAnatomy anatomy, TokenTable? tokens, int threads, IWorkProgress progress, CancellationToken cancel, ISketchMemory? memory = null)
    {
        var recipe = RecipeSizing.For(anatomy.Assignments.Sum(a => a.Tensor.StoredBytes), anatomy);
        progress.Begin($"reading {name}", anatomy.Assignments.Sum(a => a.Tensor.ByteLength));
        try
        {
            return new SketchSession(checkpoint, anatomy, tokens, recipe, memory, progress, cancel).Run(threads > 0 ? threads : Math.Max(Environment.ProcessorCount, checkpoint.Readers));
        }
        finally
        {
            progress.End();
        }
    }
}
