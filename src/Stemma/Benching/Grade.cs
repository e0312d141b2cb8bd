using Stemma.Judging;

namespace Stemma.Benching;

/// <summary>How an answer stands to what is known, from the best to the worst.</summary>
public enum Grade
{
    Right,

    /// <summary>Related, and only a common origin was claimed: true, but short of descent.</summary>
    ShortOfDescent,

    /// <summary>Inconclusive; for a pair of one seed also a seed that was not seen.</summary>
    Undecided,

    /// <summary>Related, and called unrelated.</summary>
    FalseClearance,

    /// <summary>Not related, and descent was claimed; or unrelated, and a common origin was claimed.</summary>
    FalseAccusation,
}

/// <summary>Grades answers. Two models of one seed are a common origin: neither descent nor independence.</summary>
internal static class Grades
{
    public static Grade Of(PairClass known, Relation said) => (known, said) switch
    {
        (_, Relation.Inconclusive) => Grade.Undecided,
        (PairClass.Related, Relation.Unrelated) => Grade.FalseClearance,
        (PairClass.Related, Relation.CommonOrigin) => Grade.ShortOfDescent,
        (PairClass.Related, _) => Grade.Right,
        (PairClass.SameSeed, Relation.CommonOrigin) => Grade.Right,
        (PairClass.SameSeed, Relation.Unrelated) => Grade.Undecided,
        (PairClass.Unrelated, Relation.Unrelated) => Grade.Right,
        _ => Grade.FalseAccusation,
    };
}
