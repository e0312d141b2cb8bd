using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma;

/// <summary>
/// The engine's front door: everything a program needs to go from two paths to a verdict. It only calls the rooms, never computes.
/// </summary>
public static class Engine
{
    /// <summary>Reads a checkpoint (folder, file) in one streaming pass and sketches it; a <c>.stemma</c> file is loaded instead.</summary>
    /// <param name="path">Folder, weight file, shard index or <c>.stemma</c> file.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="progress">Told about bytes read; null for nobody.</param>
    /// <param name="cancel">Stops the work between two chunks.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static Fingerprint Fingerprint(string path, SketchOptions? options = null, IWorkProgress? progress = null, CancellationToken cancel = default) =>
        throw new NotSupportedException("not built yet");

    /// <summary>Weighs the evidence between two fingerprints. <paramref name="subject"/> is the one under suspicion.</summary>
    public static ComparisonResult Compare(Fingerprint subject, Fingerprint reference) => throw new NotSupportedException("not built yet");

    /// <summary>Writes a fingerprint as a <c>.stemma</c> file; the same fingerprint always gives the same bytes.</summary>
    public static void Save(Fingerprint fingerprint, string path) => throw new NotSupportedException("not built yet");
}

/// <summary>How a checkpoint is read. None of these changes a single bit of the fingerprint but <see cref="FileHashes"/>, which adds to it.</summary>
public sealed record SketchOptions
{
    /// <summary>Worker threads; 0 means one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Adds the SHA-256 of each file; about halves the speed.</summary>
    public bool FileHashes { get; init; }
}
