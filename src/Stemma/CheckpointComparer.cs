using System.Collections.Concurrent;
using Stemma.Benching;
using Stemma.Comparing.Deep;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Running.Probing;

namespace Stemma;

/// <summary>How a bench runs Stemma on two checkpoints: fingerprints first, the weights themselves where these find no relation. Each model is read once.</summary>
/// <param name="probe">Models that can be run also read the probe texts that come with Stemma.</param>
internal sealed class CheckpointComparer(bool probe = false) : IPairComparer, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ComparedModel>> _open = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Lazy<ModelRepresentations?>> _probed = new(StringComparer.Ordinal);

    public ComparisonResult Compare(string subjectPath, string referencePath, CancellationToken cancel)
    {
        var result = Engine.Compare(Open(subjectPath), Open(referencePath), cancel: cancel);
        return probe && Probed(subjectPath) is { } subject && Probed(referencePath) is { } reference ? Engine.WithRepresentations(result, subject, reference) : result;
    }

    public FamilyFindings CompareFamily(IReadOnlyList<string> paths, IReadOnlyList<ComparisonResult> pairs) =>
        Engine.CompareFamily([.. paths.Select(p => Open(p).Fingerprint)], pairs);

    public void Dispose()
    {
        foreach (var model in _open.Values.Where(m => m.IsValueCreated)) model.Value.Dispose();
    }

    private ModelRepresentations? Probed(string path) => _probed.GetOrAdd(path, place => new(() =>
    {
        try
        {
            return Engine.ReadRepresentations(place);
        }
        catch (StemmaException)
        {
            return null; // Many a model can be compared and not run; its pairs lack that one score.
        }
    })).Value;

    /// <summary>One thread each: the bench runs several pairs at a time.</summary>
    private ComparedModel Open(string path) => _open.GetOrAdd(path, place => new(() => Engine.Open(place, new() { Threads = 1 }, NoProgress.Instance))).Value;
}
