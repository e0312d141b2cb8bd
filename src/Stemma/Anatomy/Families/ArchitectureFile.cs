using System.Text.Json;
using System.Text.Json.Serialization;
using Stemma.Foundation;

namespace Stemma.Anatomy.Families;

/// <summary>
/// An architecture file as written. <c>tensors</c> maps a name, with <c>{i}</c> for the layer and <c>{e}</c> for the expert, to words: first a role, a
/// split rule or <c>named</c> (of the family, without a role), then any of <c>shared</c>, <c>parameter</c>, <c>bias</c>, <c>stacked</c>, <c>transposed</c>, <c>either-way</c>; null takes an inherited name away.
/// <c>inputGains</c> and <c>outputGains</c> map roles to the gains that may scale them, first that exists: <c>"Q K V": "NormFfnPost@previous|EmbedNorm"</c>.
/// </summary>
internal sealed record ArchitectureFile
{
    public required string Name { get; init; }
    public required string About { get; init; }
    public string? Extends { get; init; }
    public IReadOnlyList<string> ModelTypes { get; init; } = [];
    public IReadOnlyList<string>? Roots { get; init; }
    public float? GainOffset { get; init; }
    public IReadOnlyDictionary<string, string?> Tensors { get; init; } = new Dictionary<string, string?>();
    public IReadOnlyDictionary<string, string> InputGains { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> OutputGains { get; init; } = new Dictionary<string, string>();

    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads one file's text.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ArchitectureInvalid"/>.</exception>
    public static ArchitectureFile Parse(string file, Stream text)
    {
        try
        {
            return JsonSerializer.Deserialize<ArchitectureFile>(text, Strict) ?? throw Invalid(file, "null");
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(FaultCode.ArchitectureInvalid, file, null, e.Message, "an architecture file", ""), e);
        }
    }

    /// <summary>The fault of a broken architecture file.</summary>
    public static StemmaException Invalid(string file, string found, string allowed = "") => new(FaultCode.ArchitectureInvalid, file, null, found, allowed);
}
