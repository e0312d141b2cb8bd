namespace Stemma.Judging.Operations;

/// <summary>Vocabularies exchanged or extended.</summary>
internal static class TokenizerChanges
{
    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var pair = findings.Pair;
        var (a, b) = (pair.Subject.Sketch.Anchors, pair.Reference.Sketch.Anchors);
        if (!a.ByBytes || !b.ByBytes || a.Count == 0 || b.Count == 0) yield break;
        var shared = pair.Anchors;
        var sameId = Enumerable.Range(0, shared.Count).Count(i => a.Ids[shared.First[i]] == b.Ids[shared.Second[i]]);
        var (here, there) = (pair.Subject.Shape.Vocabulary, pair.Reference.Shape.Vocabulary);
        var fewest = Math.Min(a.Count, b.Count);
        if (shared.Count < fewest / 2 || sameId < shared.Count / 2)
        {
            yield return new(new("tokenizer-replaced", $"Of {fewest} anchor tokens {shared.Count} are in both vocabularies and {sameId} have the same id."));
        }
        else if (here != there && sameId == shared.Count)
        {
            yield return new(
                new(here > there ? "vocabulary-extended" : "vocabulary-reduced", $"All {shared.Count} shared anchor tokens kept their id; {here} rows against {there}."),
                here > there ? Direction.SubjectFromReference : Direction.ReferenceFromSubject);
        }
    }
}
