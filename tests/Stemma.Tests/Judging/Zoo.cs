using System.Text.Json;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>The larger zoo, each model sketched once and each pair compared once; absent on most machines.</summary>
public sealed class Zoo
{
    private readonly Lazy<Loaded> _all = new(Load);
    private readonly Lazy<FamilyFindings> _family;

    public Zoo() => _family = new(() => Engine.CompareFamily(_all.Value.Models, [.. _all.Value.Results.Values]));

    /// <summary>Skips the test when the zoo is not there.</summary>
    public IReadOnlyDictionary<(string Subject, string Reference), ComparisonResult> Results
    {
        get
        {
            Shared.Require("zoo", "zoo.json");
            return _all.Value.Results;
        }
    }

    /// <summary>What all of them tell together; skips the test when the zoo is not there.</summary>
    public FamilyFindings Family
    {
        get
        {
            Shared.Require("zoo", "zoo.json");
            return _family.Value;
        }
    }

    /// <summary>True when one model was made from the other, at whatever remove. The earlier checkpoint of a training counts as the parent of the later.</summary>
    public bool IsAncestor(string ancestor, string of)
    {
        var parents = of == "base-0" ? ["base-0-step200"] : of == "base-0-step200" ? [] : _all.Value.Parents[of];
        return parents.Contains(ancestor) || parents.Any(parent => IsAncestor(ancestor, parent));
    }

    public bool Related(string a, string b) => _all.Value.Roots[a].Intersect(_all.Value.Roots[b]).Any();

    private sealed record Loaded(
        Dictionary<string, string[]> Roots, Dictionary<string, string[]> Parents, Fingerprint[] Models, Dictionary<(string, string), ComparisonResult> Results);

    private static Loaded Load()
    {
        var folder = Shared.Find("zoo")!;
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "zoo.json")));
        var all = json.RootElement.GetProperty("models").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        Dictionary<string, string[]> Names(string field) => all.ToDictionary(m => m.Key, m => m.Value.GetProperty(field).EnumerateArray().Select(r => r.GetString()!).ToArray());
        Fingerprint[] models = [.. all.Keys.Order(StringComparer.Ordinal).AsParallel().AsOrdered().Select(name => Engine.Fingerprint(Path.Combine(folder, name), new() { Threads = 1 }))];
        var pairs = models.SelectMany((a, i) => models.Take(i).Select(b => (Subject: a, Reference: b)));
        var results = pairs.AsParallel().Select(p => (Key: (p.Subject.Name, p.Reference.Name), Result: Engine.Compare(p.Subject, p.Reference)));
        return new(Names("roots"), Names("parents"), models, results.ToDictionary(r => r.Key, r => r.Result));
    }
}
