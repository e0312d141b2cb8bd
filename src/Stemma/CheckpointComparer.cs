using System.Collections.Concurrent;
using Stemma.Benching;
using Stemma.Comparing.Deep;
using Stemma.Fingerprints;
using Stemma.Judging;

namespace Stemma;

/// <summary>
/// How a bench runs Stemma on two checkpoints, weights and all: the one place to change when a comparison takes more. Each model is sketched once. What the deep
/// comparison keeps of a model serves one thread at a time, so each worker has its own.
/// </summary>
internal sealed class CheckpointComparer : IPairComparer, IDisposable
{
    /// <summary>Numbers of models that one worker keeps at a time: 0.8 GB as floats.</summary>
    private const long MostKept = 200_000_000;

    private readonly ConcurrentDictionary<string, Lazy<Fingerprint>> _sketched = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Dictionary<string, ComparedModel>> _workers = [];

    public ComparisonResult Compare(string subjectPath, string referencePath)
    {
        var (subject, reference) = (Sketch(subjectPath), Sketch(referencePath));
        if (!_workers.TryTake(out var worker)) worker = new(StringComparer.Ordinal);
        try
        {
            if (worker.Values.Sum(m => m.Fingerprint.Parameters) > MostKept) Forget(worker);
            return Engine.Compare(Kept(worker, subjectPath, subject), Kept(worker, referencePath, reference));
        }
        finally
        {
            _workers.Add(worker);
        }
    }

    public void Dispose()
    {
        foreach (var worker in _workers) Forget(worker);
    }

    /// <summary>One thread each: the bench runs several pairs at a time.</summary>
    private Fingerprint Sketch(string path) => _sketched.GetOrAdd(path, place => new(() => Engine.Fingerprint(place, new() { Threads = 1 }))).Value;

    private static ComparedModel Kept(Dictionary<string, ComparedModel> worker, string path, Fingerprint fingerprint)
    {
        if (!worker.TryGetValue(path, out var model)) worker[path] = model = new(fingerprint, path);
        return model;
    }

    private static void Forget(Dictionary<string, ComparedModel> worker)
    {
        foreach (var model in worker.Values) model.Dispose();
        worker.Clear();
    }
}
