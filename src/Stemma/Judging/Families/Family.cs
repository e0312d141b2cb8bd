using Stemma.Fingerprints;

namespace Stemma.Judging.Families;

/// <summary>What several models together tell that no pair does.</summary>
/// <param name="Pairs">The pairs as given, with what the others add to them.</param>
/// <param name="Mixtures">Models that were put together from others among them.</param>
public sealed record FamilyFindings(IReadOnlyList<ComparisonResult> Pairs, IReadOnlyList<Mixture> Mixtures);

/// <summary>The models of a family and what their pairs have shown so far.</summary>
internal sealed class Family
{
    /// <summary>A model is explained from at most so many relatives, those whose layers are most alike.</summary>
    private const int MostRelatives = 24;

    private readonly Dictionary<string, Member> _members;
    private readonly Dictionary<(string Of, string In), (Dictionary<int, int> Layers, double Score)> _maps = [];

    public Family(IReadOnlyList<Fingerprint> models, IReadOnlyList<ComparisonResult> pairs)
    {
        _members = models.DistinctBy(m => m.Name).ToDictionary(m => m.Name, m => new Member(m), StringComparer.Ordinal);
        foreach (var pair in pairs.Where(p => p.Verdict.Relation is Relation.Derived or Relation.CommonOrigin && p.LayerMap.Count > 0))
        {
            var score = pair.LayerMap.Average(m => m.Score);
            _maps[(pair.Subject.Name, pair.Reference.Name)] = (pair.LayerMap.ToDictionary(m => m.SubjectLayer, m => m.ReferenceLayer), score);
            _maps[(pair.Reference.Name, pair.Subject.Name)] = (pair.LayerMap.ToDictionary(m => m.ReferenceLayer, m => m.SubjectLayer), score);
        }
    }

    public IEnumerable<Member> Members => _members.Values;

    public Member? Find(string name) => _members.GetValueOrDefault(name);

    /// <summary>For each layer of one model the layer of another; null where the two are not related.</summary>
    public Func<int, int?>? Map(string of, string into) =>
        _maps.TryGetValue((of, into), out var map) ? layer => map.Layers.TryGetValue(layer, out var found) ? found : null : null;

    /// <summary>Related models, most alike first, each once however many copies of it there are.</summary>
    public IReadOnlyList<(Member Model, Func<int, int?> Layer)> RelativesOf(Member member) =>
        [.. _maps.Where(m => m.Key.Of == member.Model.Name && _members.ContainsKey(m.Key.In)).OrderByDescending(m => m.Value.Score).ThenBy(m => m.Key.In, StringComparer.Ordinal)
            .Select(m => (Model: _members[m.Key.In], Layer: Map(m.Key.Of, m.Key.In)!)).DistinctBy(r => r.Model.Model.Digest).Take(MostRelatives)];
}
