using System.Text.Json;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>The larger zoo, each model sketched once and each pair compared once; absent on most machines.</summary>
public sealed class Zoo
{
    private readonly Lazy<(Dictionary<string, string[]> Roots, Dictionary<(string, string), ComparisonResult> Results)> _all = new(Load);

    /// <summary>Skips the test when the zoo is not there.</summary>
    public IReadOnlyDictionary<(string Subject, string Reference), ComparisonResult> Results
    {
        get
        {
            Shared.Require("zoo", "zoo.json");
            return _all.Value.Results;
        }
    }

    public bool Related(string a, string b) => _all.Value.Roots[a].Intersect(_all.Value.Roots[b]).Any();

    private static (Dictionary<string, string[]>, Dictionary<(string, string), ComparisonResult>) Load()
    {
        var folder = Shared.Find("zoo")!;
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "zoo.json")));
        var roots = json.RootElement.GetProperty("models").EnumerateArray()
            .ToDictionary(m => m.GetProperty("name").GetString()!, m => m.GetProperty("roots").EnumerateArray().Select(r => r.GetString()!).ToArray());
        Fingerprint[] models = [.. roots.Keys.Order(StringComparer.Ordinal).AsParallel().AsOrdered().Select(name => Engine.Fingerprint(Path.Combine(folder, name), new() { Threads = 1 }))];
        var pairs = models.SelectMany((a, i) => models.Take(i).Select(b => (Subject: a, Reference: b)));
        var results = pairs.AsParallel().Select(p => (Key: (p.Subject.Name, p.Reference.Name), Result: Engine.Compare(p.Subject, p.Reference)));
        return (roots, results.ToDictionary(r => r.Key, r => r.Result));
    }
}
