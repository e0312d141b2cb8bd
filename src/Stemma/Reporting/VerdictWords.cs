using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>What an answer means, in words that need no statistics.</summary>
internal static class VerdictWords
{
    public static string Meaning(Relation relation) => relation switch
    {
        Relation.Identical => "Identical: every tensor is the same, byte for byte.",
        Relation.Derived => "Derived: the weights are not independent, and what training wrote is shared too. It does not say that a licence was broken.",
        Relation.Merged => "Merged: the model is a mixture of the named parents but for rounding, or holds their layers side by side. Copies of these parents would have done as well.",
        Relation.CommonOrigin => "Common origin: the weights are not independent, but what they share may be only the values that both trainings started from. That is less than descent.",
        Relation.Unrelated => "Unrelated: no test rejects independence, and a copy of the stated closeness would have been found. It does not say that no text, idea or output was taken.",
        _ => "Inconclusive: the evidence does not decide. This says neither guilt nor innocence.",
    };

    /// <summary>A few words for a table.</summary>
    public static string Direction(ComparisonResult pair) => pair.Verdict.Direction switch
    {
        Judging.Direction.SubjectFromReference => "subject from reference",
        Judging.Direction.ReferenceFromSubject => "reference from subject",
        Judging.Direction.CommonAncestor => "common ancestor",
        _ => pair.Verdict.Relation is Relation.Derived or Relation.Merged ? "undetermined" : "none claimed",
    };

    /// <summary>Who came first, and what that rests on.</summary>
    public static string DirectionSentence(ComparisonResult pair) => pair.Verdict.Direction switch
    {
        Judging.Direction.SubjectFromReference => $"{pair.Reference.Name} shows the older side, {pair.Subject.Name} the younger. This rests on:",
        Judging.Direction.ReferenceFromSubject => $"{pair.Subject.Name} shows the older side, {pair.Reference.Name} the younger. This rests on:",
        Judging.Direction.CommonAncestor => "Each side shows a change that the other lacks, so both go back to a third model. This rests on:",
        _ => "The weights do not show who came first: nothing was found that only one side could have inherited.",
    };

    /// <summary>How sure, in a clause with its number.</summary>
    public static string Sureness(ComparisonResult pair)
    {
        var verdict = pair.Verdict;
        return verdict.Relation switch
        {
            Relation.Identical => "As sure as the digests of the files: equal digests of different weights do not happen by accident.",
            Relation.Unrelated => "An absence can be shown only down to a size: the closeness that would have been found stands in the limits.",
            Relation.Inconclusive => "Not sure at all; that is the answer.",
            _ when verdict.Log10P < -9 => $"The exact tests together give p below {TextNumbers.PValue(verdict.Log10P)}: if the two models had been trained independently, so much agreement of numbering would come up less often than once in 10^{-Math.Ceiling(verdict.Log10P):0} such pairs.",
            _ => "No exact test rejects independence here; the answer rests on two kinds of calibrated evidence that exceed every control.",
        };
    }
}
