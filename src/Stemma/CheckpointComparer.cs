using System.Collections.Concurrent;
using Stemma.Benching;
using Stemma.Fingerprints;
using Stemma.Judging;

namespace Stemma;

/// <summary>How a bench runs Stemma on two checkpoints: the one place to change when a comparison takes more than their fingerprints. Each model is sketched once.</summary>
internal sealed class CheckpointComparer : IPairComparer
{
    private readonly ConcurrentDictionary<string, Lazy<Fingerprint>> _sketched = new(StringComparer.Ordinal);

    public ComparisonResult Compare(string subjectPath, string referencePath) => Engine.Compare(Sketch(subjectPath), Sketch(referencePath));

    /// <summary>One thread each: the bench runs several pairs at a time.</summary>
    private Fingerprint Sketch(string path) => _sketched.GetOrAdd(path, place => new(() => Engine.Fingerprint(place, new() { Threads = 1 }))).Value;
}
