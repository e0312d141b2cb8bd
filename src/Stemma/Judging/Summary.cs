using Stemma.Foundation;

namespace Stemma.Judging;

/// <summary>The parts of a first sentence that do not depend on the direction.</summary>
/// <param name="Chance">How improbable the agreement is without a relation.</param>
/// <param name="Reason">Why the relation is this one.</param>
/// <param name="Read">Coverage.</param>
/// <param name="Power">Smallest cosine that would have been found; for <c>unrelated</c>.</param>
/// <param name="P">The exact p.</param>
/// <param name="Replay">A replayed training would look the same.</param>
internal sealed record SummaryClauses(string Chance, string Reason, string Read, double? Power, double P, bool Replay)
{
    public static SummaryClauses Of(Findings findings, Ruling ruling, Coverage coverage, IReadOnlyList<Caveat> caveats, double? power) => new(
        findings.Log10P < Thresholds.ClaimLog10P
            ? $"independent trainings would agree so well with a probability below 10^{Math.Ceiling(findings.Log10P):0}"
            : "two kinds of evidence exceed every control",
        ruling.Reason, Words(coverage), power, Math.Pow(10, findings.Log10P), caveats.Any(c => c.Code == Caveats.Replay));

    private static string Words(Coverage coverage) =>
        coverage.Quick is { } quick ? $"quick: {quick.Share:P1} of the bytes read" : $"{coverage.TensorsRead} of {coverage.TensorsTotal} tensors read";
}

/// <summary>The first sentence: relation, direction, support, coverage.</summary>
internal static class Summary
{
    /// <param name="subjectName">As given; escaped here.</param>
    /// <param name="referenceName">As given; escaped here.</param>
    /// <param name="relation">What is claimed, but for <c>merged</c>.</param>
    /// <param name="direction">Who came first.</param>
    /// <param name="clauses">The rest.</param>
    public static string Of(string subjectName, string referenceName, Relation relation, Direction direction, SummaryClauses clauses)
    {
        var (subject, reference) = (SafeText.Escape(subjectName), SafeText.Escape(referenceName));
        return relation switch
        {
            Relation.Identical => $"{subject} and {reference} are identical: {clauses.Reason}; {clauses.Read}.",
            Relation.Derived => $"{Derived(subject, reference, direction)}{Replay(clauses)}: {clauses.Chance}, and {clauses.Reason}; {clauses.Read}.",
            Relation.CommonOrigin => $"{subject} and {reference} have a common origin, which is less than descent: {clauses.Chance}, but {clauses.Reason}; {clauses.Read}.",
            Relation.Unrelated => $"{subject} and {reference} are unrelated: no test rejects independence (p = {clauses.P:0.###}), and a copy that kept a cosine of {clauses.Power:0.00} would have been found; {clauses.Read}.",
            _ => $"Whether {subject} and {reference} are related cannot be told: {clauses.Reason}; {clauses.Read}.",
        };
    }

    /// <summary>The first sentence about a child of several parents and one of them.</summary>
    /// <param name="child">Name of the child.</param>
    /// <param name="stacked">Layers of two models side by side; else a merge.</param>
    /// <param name="recipe">The parents with their shares.</param>
    /// <param name="known">Which of them is the child shows.</param>
    /// <param name="clauses">The rest.</param>
    public static string OfMixture(string child, bool stacked, string recipe, bool known, SummaryClauses clauses)
    {
        var made = (stacked, known) switch
        {
            (true, _) => $"holds layers of {recipe} side by side",
            (false, true) => $"was merged from {recipe}",
            (false, false) => $"is {recipe} to the last bit that rounding left, so one of these models was merged from the others (direction undetermined)",
        };
        var unsure = stacked && !known ? " (direction undetermined)" : "";
        return $"{SafeText.Escape(child)} {made}{unsure}: {(stacked ? "each layer continues one of them" : "nothing but rounding is left over")}, and {clauses.Chance}; {clauses.Read}.";
    }

    private static string Derived(string subject, string reference, Direction direction) => direction switch
    {
        Direction.SubjectFromReference => $"{subject} is derived from {reference}",
        Direction.ReferenceFromSubject => $"{reference} is derived from {subject}",
        Direction.CommonAncestor => $"{subject} and {reference} are derived from a common ancestor",
        _ => $"{subject} and {reference} are derived, one from the other or both from a third (direction undetermined)",
    };

    private static string Replay(SummaryClauses clauses) =>
        clauses.Replay ? ", unless the same training was replayed with the same seed and data (possible at this size)" : "";
}
