using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Fingerprints;

/// <summary>
/// A folder with one small fingerprint file per finished layer, written whole or not at all. A file that is damaged, or of another state of the model, is as if it were not there.
/// </summary>
/// <param name="folder">Where; made when the first layer is finished.</param>
public sealed class SketchJournal(string folder) : ISketchMemory
{
    public LayerSketch? Find(int layer, Digest128 key)
    {
        var path = PathOf(layer);
        if (!File.Exists(path)) return null;
        try
        {
            using var checkpoint = CheckpointOpener.Open(path);
            if (!FingerprintReader.IsFingerprint(checkpoint)) return null;
            var kept = FingerprintReader.Read(checkpoint);
            return kept.Name == key.ToString() ? new(layer, kept.Sketch.Recipe, kept.Sketch.Tensors, kept.Sketch.Units is [var units, ..] ? units : null, kept.Sketch.Heads) : null;
        }
        catch (StemmaException)
        {
            return null;
        }
    }

    public void Keep(LayerSketch layer, Digest128 key)
    {
        var partial = PathOf(layer.Layer) + ".partial";
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = File.Create(partial)) FingerprintWriter.Write(Of(layer, key), file);
            File.Move(partial, PathOf(layer.Layer), overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without its journal a sketch is as good as with it; only an interruption costs more.
        }
    }

    private string PathOf(int layer) => Path.Combine(folder, $"layer-{layer:00000}.stemma");

    private static Fingerprint Of(LayerSketch layer, Digest128 key) => new()
    {
        Name = key.ToString(),
        Format = "journal",
        Architecture = "",
        DeclaredArchitecture = null,
        Shape = new ModelShape(),
        Files = [],
        Sketch = new ModelSketch { Recipe = layer.Recipe, Tensors = layer.Tensors, Units = layer.Units is null ? [] : [layer.Units], Heads = layer.Heads, Anchors = AnchorRows.None },
        Notices = [],
    };
}
