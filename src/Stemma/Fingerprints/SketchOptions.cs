using Stemma.Checkpoints.Remote;

namespace Stemma.Fingerprints;

/// <summary>How a checkpoint is read. None of these changes a single bit of the fingerprint but <see cref="FileHashes"/>, which adds to it, and <see cref="Quick"/>.</summary>
public sealed record SketchOptions
{
    /// <summary>Worker threads; 0 means one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Adds the SHA-256 of each file; about halves the speed.</summary>
    public bool FileHashes { get; init; }

    /// <summary>Reads about a hundredth of a large model's bytes; the fingerprint says so and holds less.</summary>
    public bool Quick { get; init; }

    /// <summary>A folder in which finished layers are kept while a full sketch is made: an interrupted one goes on there, a later one reads only what changed. Null for none.</summary>
    public string? State { get; init; }

    /// <summary>How hubs are reached; null: as the environment says.</summary>
    public HubAccess? Hub { get; init; }
}
