using System.Collections.Concurrent;
using Stemma.Benching;
using Stemma.Comparing.Deep;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma;

/// <summary>How a bench runs Stemma on two checkpoints: fingerprints first, the weights themselves where these find no relation. Each model is read once.</summary>
internal sealed class CheckpointComparer : IPairComparer, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ComparedModel>> _open = new(StringComparer.Ordinal);

    public ComparisonResult Compare(string subjectPath, string referencePath, CancellationToken cancel) =>
        Engine.Compare(Open(subjectPath), Open(referencePath), cancel: cancel);

    public FamilyFindings CompareFamily(IReadOnlyList<string> paths, IReadOnlyList<ComparisonResult> pairs) =>
        Engine.CompareFamily([.. paths.Select(p => Open(p).Fingerprint)], pairs);

    public void Dispose()
    {
        foreach (var model in _open.Values.Where(m => m.IsValueCreated)) model.Value.Dispose();
    }

    /// <summary>One thread each: the bench runs several pairs at a time.</summary>
    private ComparedModel Open(string path) => _open.GetOrAdd(path, place => new(() => Engine.Open(place, new() { Threads = 1 }, NoProgress.Instance))).Value;
}
