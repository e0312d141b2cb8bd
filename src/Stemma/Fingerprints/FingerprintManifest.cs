using System.Text.Json.Serialization;
using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Sketching;
using Stemma.Sketching.Quick;

namespace Stemma.Fingerprints;

/// <summary>The JSON inside a <c>.stemma</c> file: everything that is not an array of numbers.</summary>
internal sealed record FingerprintManifest
{
    /// <summary>Raised when a reader of today could misread a file of tomorrow.</summary>
    public const string CurrentFormat = "stemma.fingerprint/1";

    /// <summary>Of fingerprints made quickly: readers that know nothing of those must not take a part for the whole.</summary>
    public const string QuickFormat = "stemma.fingerprint-quick/1";

    public required string Format { get; init; }
    public required Recipe Recipe { get; init; }
    public required ModelEntry Model { get; init; }
    public required IReadOnlyList<TensorEntry> Tensors { get; init; }
    public required IReadOnlyList<UnitsEntry> Units { get; init; }
    public required IReadOnlyList<HeadEntry> Heads { get; init; }
    public required AnchorsEntry Anchors { get; init; }
    public required IReadOnlyList<Notice> Notices { get; init; }

    /// <summary>How much was read; only of fingerprints made quickly.</summary>
    public QuickReading? Quick { get; init; }
}

internal sealed record ModelEntry(
    string Name, string Container, string Architecture, string? DeclaredArchitecture, ModelShape Shape, IReadOnlyList<SourceFile> Files);

internal sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, string Digest, IReadOnlyList<PartEntry> Parts, string? Packing = null, bool Partial = false);

/// <summary>A part; its moments are the next row of <c>moments</c>, its linear sketch the next of <c>linear</c>, its numbers the next of <c>values</c>.</summary>
internal sealed record PartEntry(
    TensorRole Role, int Layer, int Expert, int Head, bool Bias, bool Inferred, long Units, long Inner, bool Common, bool Linear, int Values, float GainOffset,
    long SampledUnits = 0, long SampledInner = 0);

/// <summary>One layer's units; its rows follow those of the layer before.</summary>
internal sealed record UnitsEntry(int Layer, int Total, int CapLevel, int Count, bool Gate, bool Up, bool Down);

internal sealed record HeadEntry(TensorRole Role, int Layer, int Head);

internal sealed record AnchorsEntry(bool ByBytes, int Width, int Count, bool Embed, bool Head);

/// <summary>Canonical JSON: fixed member order, snake case, no blanks.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectNullableAnnotations = true, MaxDepth = 16)]
[JsonSerializable(typeof(FingerprintManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
