using Stemma.Foundation;

namespace Stemma.Judging;

/// <summary>The first sentence: relation, direction, support, coverage.</summary>
internal static class Summary
{
    public static string Of(Findings findings, Ruling ruling, Direction direction, Coverage coverage, IReadOnlyList<Caveat> caveats, double? power)
    {
        var subject = SafeText.Escape(findings.Pair.Subject.Name);
        var reference = SafeText.Escape(findings.Pair.Reference.Name);
        var read = $"{coverage.TensorsRead} of {coverage.TensorsTotal} tensors read";
        var chance = findings.Log10P < Thresholds.ClaimLog10P ? $"independent trainings would agree so well with a probability below 10^{Math.Ceiling(findings.Log10P):0}" : "two kinds of evidence exceed every control";
        return ruling.Relation switch
        {
            Relation.Identical => $"{subject} and {reference} are identical: {ruling.Reason}; {read}.",
            Relation.Derived => $"{Derived(subject, reference, direction)}{Replay(caveats)}: {chance}, and {ruling.Reason}; {read}.",
            Relation.CommonOrigin => $"{subject} and {reference} have a common origin, which is less than descent: {chance}, but {ruling.Reason}; {read}.",
            Relation.Unrelated => $"{subject} and {reference} are unrelated: no test rejects independence (p = {Math.Pow(10, findings.Log10P):0.###}), and a copy that kept a cosine of {power:0.00} would have been found; {read}.",
            _ => $"Whether {subject} and {reference} are related cannot be told: {ruling.Reason}; {read}.",
        };
    }

    private static string Derived(string subject, string reference, Direction direction) => direction switch
    {
        Direction.SubjectFromReference => $"{subject} is derived from {reference}",
        Direction.ReferenceFromSubject => $"{reference} is derived from {subject}",
        Direction.CommonAncestor => $"{subject} and {reference} are derived from a common ancestor",
        _ => $"{subject} and {reference} are derived, one from the other or both from a third (direction undetermined)",
    };

    private static string Replay(IReadOnlyList<Caveat> caveats) =>
        caveats.Any(c => c.Code == Caveats.Replay) ? ", unless the same training was replayed with the same seed and data (possible at this size)" : "";
}
