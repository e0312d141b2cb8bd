namespace Stemma.Auditing.Vocabularies;

/// <summary>What two vocabularies share: how much of each, and whether in one order. Only telling tokens count.</summary>
public sealed record SharedTokens
{
    /// <summary>Tokens that both have.</summary>
    public required int Count { get; init; }

    /// <summary>Shared among all that either has (Jaccard).</summary>
    public required double Jaccard { get; init; }

    /// <summary>Share of the subject's tokens that the reference has too.</summary>
    public required double OfSubject { get; init; }

    /// <summary>Share of the reference's tokens that the subject has too.</summary>
    public required double OfReference { get; init; }

    /// <summary>Shared tokens with the same id on both sides.</summary>
    public required int SameIds { get; init; }

    /// <summary>Rank correlation of the ids (Spearman); 0 for fewer than two.</summary>
    public required double Spearman { get; init; }

    /// <summary>Share of pairs in the same order less the share in the other (Kendall's tau over ids).</summary>
    public required double Kendall { get; init; }

    /// <summary>Rank correlation of the merges that make the shared tokens; null where a side has no merges.</summary>
    public required double? MergeRanks { get; init; }

    /// <summary>
    /// Of the shared tokens in the subject's order, the share whose next one is also the next in the reference's. A list that was copied keeps nearly all neighbours;
    /// two lists made by separate trainings keep few, however alike their frequencies.
    /// </summary>
    public required double NeighboursKept { get; init; }

    /// <summary>Compares two vocabularies.</summary>
    public static SharedTokens Of(AuditedVocabulary subject, AuditedVocabulary reference)
    {
        var pairs = new List<(int Subject, int Reference)>();
        for (var id = 0; id < subject.Keys.Length; id++)
        {
            if (subject.Keys[id] is { } key && subject.IsTelling(id) && reference.Find(key) is >= 0 and var other) pairs.Add((id, other));
        }

        var ranks = Ranks([.. pairs.Select(pair => (double)pair.Reference)]);
        var kept = Enumerable.Range(0, Math.Max(0, ranks.Length - 1)).Count(at => ranks[at + 1] == ranks[at] + 1);
        return new()
        {
            Count = pairs.Count,
            Jaccard = Share(pairs.Count, subject.Telling + reference.Telling - pairs.Count),
            OfSubject = Share(pairs.Count, subject.Telling),
            OfReference = Share(pairs.Count, reference.Telling),
            SameIds = pairs.Count(pair => pair.Subject == pair.Reference),
            Spearman = Correlation(ranks),
            Kendall = Tau(ranks),
            MergeRanks = Merges(subject, reference, pairs),
            NeighboursKept = Share(kept, Math.Max(0, ranks.Length - 1)),
        };
    }

    private static double? Merges(AuditedVocabulary subject, AuditedVocabulary reference, List<(int Subject, int Reference)> pairs)
    {
        var both = pairs.Select(pair => (Subject: subject.Tokenizer?.MergeRank(pair.Subject), Reference: reference.Tokenizer?.MergeRank(pair.Reference)))
            .Where(pair => pair.Subject is not null && pair.Reference is not null).OrderBy(pair => pair.Subject).ToArray();
        return both.Length < 2 ? null : Correlation(Ranks([.. both.Select(pair => pair.Reference!.Value)]));
    }

    /// <summary>Place of each value among all, from 0; of equals the earlier first.</summary>
    private static int[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(at => values[at]).ToArray();
        var ranks = new int[values.Length];
        for (var rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return ranks;
    }

    /// <summary>Spearman's rho of 0, 1, 2, ... with the ranks: 1 - 6 Σd² / (n(n²-1)).</summary>
    private static double Correlation(int[] ranks)
    {
        double n = ranks.Length;
        return n < 2 ? 0 : 1 - (6 * ranks.Select((rank, at) => Math.Pow(rank - at, 2)).Sum() / (n * ((n * n) - 1)));
    }

    /// <summary>Kendall's tau: 1 - 4 inversions / (n(n-1)), inversions counted by merging.</summary>
    private static double Tau(int[] ranks)
    {
        double n = ranks.Length;
        return n < 2 ? 0 : 1 - (4.0 * Inversions((int[])ranks.Clone(), new int[ranks.Length], 0, ranks.Length) / (n * (n - 1)));
    }

    private static long Inversions(int[] values, int[] room, int from, int to)
    {
        if (to - from < 2) return 0;
        var middle = (from + to) / 2;
        var count = Inversions(values, room, from, middle) + Inversions(values, room, middle, to);
        var (left, right) = (from, middle);
        for (var at = from; at < to; at++)
        {
            if (right == to || (left < middle && values[left] <= values[right])) room[at] = values[left++];
            else
            {
                count += middle - left;
                room[at] = values[right++];
            }
        }

        Array.Copy(room, from, values, from, to - from);
        return count;
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
