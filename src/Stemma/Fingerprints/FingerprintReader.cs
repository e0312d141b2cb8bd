using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Fingerprints;

/// <summary>Reads <c>.stemma</c> files. The container is checked by the safetensors reader; here every count of the manifest is held against the arrays.</summary>
public static class FingerprintReader
{
    internal const string ManifestKey = "stemma";

    /// <summary>No fingerprint is larger: 0.1 % of a checkpoint of 4 TB.</summary>
    private const long LargestFile = 4L << 30;

    /// <summary>Names of storage types in the order of their values, which count from 0.</summary>
    private static readonly string[] Types = typeof(TensorType).GetEnumNames();

    /// <summary>Whether an opened safetensors file is a fingerprint and not a model.</summary>
    public static bool IsFingerprint(Checkpoint checkpoint) => checkpoint.Metadata.ContainsKey(ManifestKey) && checkpoint.Format == "safetensors";

    /// <param name="checkpoint">A safetensors file for which <see cref="IsFingerprint"/> holds.</param>
    /// <exception cref="StemmaException">The file is not what it claims to be, or comes from a later version.</exception>
    public static Fingerprint Read(Checkpoint checkpoint)
    {
        if (checkpoint.Files.Sum(f => f.Length) > LargestFile) throw Refuse(checkpoint, "a fingerprint of more than 4 GB", "at most 4 GB");
        var manifest = ManifestReader.Read(checkpoint);
        var arrays = new FingerprintArrays(checkpoint);
        var sketch = new ModelSketch
        {
            Recipe = manifest.Recipe,
            Tensors = ReadTensors(manifest, arrays, checkpoint),
            Units = ReadUnits(manifest, arrays),
            Heads = ReadHeads(manifest, arrays),
            Anchors = ReadAnchors(manifest.Anchors, arrays),
            Quick = manifest.Quick,
        };
        arrays.ExpectAllRead();
        var model = manifest.Model;
        return new Fingerprint
        {
            Name = model.Name,
            Format = model.Container,
            Architecture = model.Architecture,
            DeclaredArchitecture = model.DeclaredArchitecture,
            Shape = model.Shape,
            Files = model.Files,
            Sketch = sketch,
            Notices = manifest.Notices,
        };
    }

    private static List<TensorSketch> ReadTensors(FingerprintManifest manifest, FingerprintArrays arrays, Checkpoint checkpoint)
    {
        var moments = arrays.Take<double>("moments", TensorType.F64);
        var linear = arrays.Take<float>("linear", TensorType.F32);
        var values = arrays.Take<float>("values", TensorType.F32);
        var square = manifest.Recipe.LinearSize * manifest.Recipe.LinearSize;
        var tensors = new List<TensorSketch>(manifest.Tensors.Count);
        foreach (var entry in manifest.Tensors)
        {
            var type = Array.IndexOf(Types, entry.Type);
            if (type < 0) throw Refuse(checkpoint, $"tensor type {SafeText.Escape(entry.Type)}", "a known type");
            if (!Digest128.TryParse(entry.Digest, out var digest)) throw Refuse(checkpoint, $"digest {SafeText.Escape(entry.Digest)}", "32 hexadecimal digits");
            var parts = entry.Parts.Select(p => new PartSketch
            {
                Role = p.Role,
                Layer = p.Layer,
                Expert = p.Expert,
                Head = p.Head,
                IsBias = p.Bias,
                Inferred = p.Inferred,
                Units = p.Units,
                Inner = p.Inner,
                SampledUnits = p.SampledUnits,
                SampledInner = p.SampledInner,
                CommonMaterial = p.Common,
                GainOffset = p.GainOffset,
                Moments = Moments.FromArray(moments.Next(Moments.Length)),
                Linear = p.Linear ? linear.Next(square) : null,
                Values = p.Values >= 0 ? values.Next(p.Values) : null,
            }).ToList();
            tensors.Add(new(entry.Name, (TensorType)type, entry.Shape, digest, parts) { Packing = entry.Packing, Partial = entry.Partial });
        }

        return tensors;
    }

    private static List<LayerUnits> ReadUnits(FingerprintManifest manifest, FingerprintArrays arrays)
    {
        var experts = arrays.Take<int>("units.expert", TensorType.I32);
        var indices = arrays.Take<int>("units.index", TensorType.I32);
        var choices = arrays.Take<byte>("units.choice", TensorType.U8);
        var norms = arrays.Take<float>("units.norms", TensorType.F32);
        var gate = arrays.Take<sbyte>("units.gate", TensorType.I8);
        var up = arrays.Take<sbyte>("units.up", TensorType.I8);
        var down = arrays.Take<sbyte>("units.down", TensorType.I8);
        return [.. manifest.Units.Select(u => new LayerUnits(
            u.Layer, u.Total, u.CapLevel, experts.Next(u.Count), indices.Next(u.Count),
            Array.ConvertAll(choices.Next(u.Count), c => (UnitChoice)c & (UnitChoice.ByIndex | UnitChoice.ByContent)),
            gate.Next(u.Gate ? (long)u.Count * Recipe.Projection : 0), up.Next(u.Up ? (long)u.Count * Recipe.Projection : 0),
            down.Next(u.Down ? (long)u.Count * Recipe.Projection : 0), norms.Next(3L * u.Count)))];
    }

    private static List<HeadSketch> ReadHeads(FingerprintManifest manifest, FingerprintArrays arrays)
    {
        var heads = arrays.Take<sbyte>("heads", TensorType.I8);
        return [.. manifest.Heads.Select(h => new HeadSketch(h.Role, h.Layer, h.Head, heads.Next(Recipe.HeadRows * Recipe.HeadColumns)))];
    }

    private static AnchorRows ReadAnchors(AnchorsEntry entry, FingerprintArrays arrays)
    {
        var (embed, head) = (entry.Embed ? entry.Count : 0, entry.Head ? entry.Count : 0);
        return new(
            entry.ByBytes, entry.Width, arrays.Take<ulong>("anchors.keys", TensorType.U64).Next(entry.Count),
            arrays.Take<int>("anchors.ids", TensorType.I32).Next(entry.Count),
            arrays.Take<sbyte>("anchors.embed", TensorType.I8).Next((long)embed * entry.Width),
            arrays.Take<float>("anchors.embed_scale", TensorType.F32).Next(embed),
            arrays.Take<sbyte>("anchors.head", TensorType.I8).Next((long)head * entry.Width),
            arrays.Take<float>("anchors.head_scale", TensorType.F32).Next(head));
    }

    private static StemmaException Refuse(Checkpoint checkpoint, string found, string allowed) =>
        new(FaultCode.FingerprintInvalid, checkpoint.Path, null, found, allowed, "Sketch the model again");
}
