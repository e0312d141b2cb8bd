using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Sketching;

namespace Stemma.Fingerprints;

/// <summary>Reads the manifest of a <c>.stemma</c> file. Members that are missing, negative or unknown are faults; no claim is believed before it is checked.</summary>
internal static class ManifestReader
{
    private const int MostLayers = 1 << 20;

    public static FingerprintManifest Read(Checkpoint checkpoint)
    {
        var text = checkpoint.Metadata[FingerprintReader.ManifestKey];
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
            CheckFormat(checkpoint, json.RootElement);
            var manifest = ManifestMembers.Manifest(json.RootElement);
            Check(checkpoint, manifest);
            return manifest;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new StemmaException(
                new Fault(FaultCode.FingerprintInvalid, checkpoint.Path, null, $"a manifest that cannot be read: {SafeText.Escape(e.Message)}", "the manifest of a fingerprint", "Sketch the model again"), e);
        }
    }

    /// <summary>A later format may have other members, so its name is read before anything else.</summary>
    private static void CheckFormat(Checkpoint checkpoint, JsonElement root)
    {
        var format = root.Member("format").GetString();
        var version = root.Member("recipe").Member("version").GetInt32();
        if (format is FingerprintManifest.CurrentFormat or FingerprintManifest.QuickFormat && version <= Recipe.CurrentVersion) return;
        throw new StemmaException(
            FaultCode.FingerprintVersion, checkpoint.Path, null, $"format {SafeText.Escape(format ?? "")}, recipe {version}",
            $"{FingerprintManifest.CurrentFormat}, recipe up to {Recipe.CurrentVersion}", "Use a newer Stemma, or sketch the model again");
    }

    private static void Check(Checkpoint checkpoint, FingerprintManifest manifest)
    {
        var recipe = manifest.Recipe;
        Expect(recipe.Version >= 1, "recipe.version");
        Expect((manifest.Format == FingerprintManifest.QuickFormat) == (manifest.Quick is not null), "quick");
        Expect(manifest.Quick is null or { BytesRead: >= 0, BytesTotal: >= 0 } && !(manifest.Quick?.BytesRead > manifest.Quick?.BytesTotal), "quick");
        Expect(recipe.LinearSize is 8 or 16 or 32 or 64, "recipe.linear_size");
        Expect(recipe is { UnitsPerLayer: > 0, Anchors: >= 0 }, "recipe sizes");
        Expect(manifest.Model is { Name: not null, Container: not null, Architecture: not null, Shape: not null, Files: not null }, "model");
        Expect(manifest.Model.Files.All(f => f is { Name: not null, Length: >= 0 }), "model.files");
        Expect(manifest.Notices.All(n => n is { Code: not null, Text: not null }), "notices");
        if (manifest.Tensors.Count == 0) throw new StemmaException(FaultCode.FingerprintEmpty, checkpoint.Path, null, "no tensors", "at least one", "Sketch the model again");
        foreach (var tensor in manifest.Tensors) CheckTensor(tensor);
        Expect(manifest.Tensors.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() == manifest.Tensors.Count, "tensors of one name");
        Expect(manifest.Units.All(u => u is { Layer: >= -1 and < MostLayers, Total: >= 0, CapLevel: >= 0 and < 64, Count: >= 0 } && u.Count <= u.Total), "units");
        Expect(manifest.Heads.All(h => h is { Layer: >= -1 and < MostLayers, Head: >= 0 } && Enum.IsDefined(h.Role)), "heads");
        Expect(manifest.Anchors is { Width: >= 0, Count: >= 0 }, "anchors");

        void CheckTensor(TensorEntry tensor)
        {
            Expect(tensor is { Name: not null, Type: not null, Shape: not null, Digest: not null, Parts: not null }, "tensors");
            Expect(tensor.Shape.All(size => size >= 0), "a tensor's shape");
            _ = tensor.Shape.Aggregate(1L, (product, size) => checked(product * size));
            foreach (var part in tensor.Parts)
            {
                Expect(part is { Layer: >= -1 and < MostLayers, Expert: >= -2, Head: >= -1, Units: >= 0, Inner: >= 0, Values: >= -1, SampledUnits: >= 0, SampledInner: >= 0 }, "parts");
                Expect(part.SampledUnits <= part.Units && part.SampledInner <= part.Inner, "parts");
                Expect(Enum.IsDefined(part.Role) && float.IsFinite(part.GainOffset), "parts");
            }
        }

        void Expect([DoesNotReturnIf(false)] bool holds, string what)
        {
            if (!holds) throw Refuse(checkpoint, $"{what}: missing, negative, repeated or unknown");
        }
    }

    private static StemmaException Refuse(Checkpoint checkpoint, string found) =>
        new(FaultCode.FingerprintInvalid, checkpoint.Path, null, found, "the manifest of a fingerprint", "Sketch the model again");
}
