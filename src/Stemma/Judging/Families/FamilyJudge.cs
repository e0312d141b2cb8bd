using Stemma.Comparing.Mixtures;
using Stemma.Fingerprints;

namespace Stemma.Judging.Families;

/// <summary>Looks at all models of a call together, after their pairs: who was put together from others, and where a third model tells the direction of a pair.</summary>
public static class FamilyJudge
{
    private static readonly HashSet<string> Replaced = new(StringComparer.Ordinal)
        { "fine-tune", "continued-pretraining", Operations.LowRankChanges.Name, Operations.FrozenTensors.Name };

    /// <param name="models">With the names that the pairs use.</param>
    /// <param name="pairs">Every pair of them once.</param>
    public static FamilyFindings Judge(IReadOnlyList<Fingerprint> models, IReadOnlyList<ComparisonResult> pairs)
    {
        if (models.Count < 3) return new(pairs, []);
        var family = new Family(models, pairs);
        var mixtures = Simplest(family.Members.Select(m => MixtureFinder.Find(m, family.RelativesOf(m))).OfType<Mixture>());
        var told = pairs.Select(pair => mixtures.Find(m => Joins(m, pair)) is { } mixture ? Merged(pair, mixture) : pair).ToList();
        return new(ThirdModels.Apply(family, told), mixtures);
    }

    /// <summary>Of mixtures among the same models only one is told: the one whose direction is known, else that with the smallest shares.</summary>
    private static List<Mixture> Simplest(IEnumerable<Mixture> mixtures) =>
        [.. mixtures.GroupBy(m => string.Join('\0', m.Parents.Select(p => p.Name).Append(m.Child).Order(StringComparer.Ordinal)))
            .Select(g => g.OrderByDescending(m => m.DirectionKnown).ThenBy(m => m.Parents.Sum(p => Math.Abs(p.Share ?? 0))).First())];

    private static bool Joins(Mixture mixture, ComparisonResult pair) => pair.Verdict.Relation != Relation.Identical
        && ((mixture.Child == pair.Subject.Name && mixture.Parents.Any(p => p.Name == pair.Reference.Name))
            || (mixture.Child == pair.Reference.Name && mixture.Parents.Any(p => p.Name == pair.Subject.Name)));

    private static ComparisonResult Merged(ComparisonResult pair, Mixture mixture)
    {
        var direction = !mixture.DirectionKnown ? Direction.Undetermined
            : mixture.Child == pair.Subject.Name ? Direction.SubjectFromReference : Direction.ReferenceFromSubject;
        var verdict = pair.Verdict;
        return pair with
        {
            Verdict = verdict with
            {
                Relation = Relation.Merged,
                Direction = direction,
                Summary = verdict.Clauses is { } clauses
                    ? Summary.OfMixture(mixture.Child, mixture.Kind == MixtureKind.Stack, MixtureWords.Recipe(mixture), mixture.DirectionKnown, clauses) : verdict.Summary,
                Operations = [new(mixture.OperationName, mixture.Detail), .. verdict.Operations.Where(o => !Replaced.Contains(o.Name))],
                DirectionEvidence = mixture.DirectionKnown ? [new(mixture.OperationName, $"{mixture.Child} lies between its parents")] : [],
            },
            Caveats = [.. pair.Caveats.Where(c => c.Code is not (Caveats.Replay or Caveats.Relative))],
        };
    }
}
