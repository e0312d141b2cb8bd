namespace Stemma.Auditing.Vocabularies;

/// <summary>A stretch of the subject's ids whose tokens follow one another as they do in a reference.</summary>
/// <param name="First">First id.</param>
/// <param name="Last">Last id.</param>
/// <param name="Reference">The reference's name; null where no reference explains the order.</param>
/// <param name="Telling">Telling tokens in it.</param>
/// <param name="InOrder">Those that follow their predecessor as in the reference.</param>
public sealed record StitchedBlock(int First, int Last, string? Reference, int Telling, int InOrder);

/// <summary>
/// Cuts the subject's ids into stretches, each put down to one reference or to none, by dynamic programming (Viterbi). A telling token is "in order" for a reference when it
/// comes after its predecessor there, and everything between them is missing from the subject or stands earlier in it: so a list that was added without its duplicates is
/// still in order. In a stretch of a reference 9 of 10 are expected to be, elsewhere 1 of 10 (between separately trained vocabularies it is 1 of 100 at most, see docs/tokenizers.md);
/// each change of stretch costs the logarithm of the number of ids times the number of states, as a change point does in a minimum description length.
/// </summary>
internal static class Stitching
{
    private const double Inside = 0.9, Outside = 0.1;
    private const int FarthestStep = 64;

    /// <summary>The stretches by id; those of fewer telling tokens than this are joined to their neighbours' "none".</summary>
    public const int Fewest = 100;

    public static IReadOnlyList<StitchedBlock> Find(AuditedVocabulary subject, IReadOnlyList<AuditedVocabulary> references)
    {
        var ids = Enumerable.Range(0, subject.Keys.Length).Where(subject.IsTelling).ToArray();
        if (ids.Length == 0 || references.Count == 0) return [];
        var inOrder = references.Select(reference => InOrder(subject, reference, ids)).ToArray();
        var states = Path(inOrder, ids.Length, Math.Log((double)ids.Length * (references.Count + 1)));
        return Blocks(subject, references, ids, inOrder, states);
    }

    /// <summary>By telling token whether it follows its predecessor as in the reference.</summary>
    public static bool[] InOrder(AuditedVocabulary subject, AuditedVocabulary reference, int[] ids)
    {
        var result = new bool[ids.Length];
        var before = -1;
        for (var at = 0; at < ids.Length; at++)
        {
            var now = reference.Find(subject.Keys[ids[at]]!);
            result[at] = before >= 0 && now > before && now - before <= FarthestStep && Follows(subject, reference, before, now, ids[at]);
            before = now;
        }

        return result;
    }

    private static bool Follows(AuditedVocabulary subject, AuditedVocabulary reference, int before, int now, int id)
    {
        for (var between = before + 1; between < now; between++)
        {
            if (reference.Keys[between] is { } key && reference.IsTelling(between) && subject.Find(key) > id) return false;
        }

        return true;
    }

    private static int[] Path(bool[][] inOrder, int length, double change)
    {
        var states = inOrder.Length + 1;
        var score = new double[states];
        var from = new int[length][];
        for (var at = 0; at < length; at++)
        {
            from[at] = new int[states];
            var best = Array.IndexOf(score, score.Max());
            var next = new double[states];
            for (var state = 0; state < states; state++)
            {
                var stays = score[state] >= score[best] - change;
                from[at][state] = stays ? state : best;
                var odds = state == 0 ? 0 : inOrder[state - 1][at] ? Math.Log(Inside / Outside) : Math.Log((1 - Inside) / (1 - Outside));
                next[state] = (stays ? score[state] : score[best] - change) + odds;
            }

            score = next;
        }

        var path = new int[length];
        for (var (at, state) = (length - 1, Array.IndexOf(score, score.Max())); at >= 0; state = from[at][state], at--) path[at] = state;
        return path;
    }

    private static List<StitchedBlock> Blocks(AuditedVocabulary subject, IReadOnlyList<AuditedVocabulary> references, int[] ids, bool[][] inOrder, int[] states)
    {
        var blocks = new List<StitchedBlock>();
        for (var start = 0; start < ids.Length;)
        {
            var end = start;
            while (end < ids.Length && states[end] == states[start]) end++;
            var state = end - start < Fewest ? 0 : states[start];
            var block = new StitchedBlock(ids[start], ids[end - 1], state == 0 ? null : references[state - 1].Name, end - start,
                state == 0 ? 0 : Enumerable.Range(start, end - start).Count(at => inOrder[state - 1][at]));
            if (blocks.Count > 0 && blocks[^1].Reference == block.Reference)
                blocks[^1] = blocks[^1] with { Last = block.Last, Telling = blocks[^1].Telling + block.Telling, InOrder = blocks[^1].InOrder + block.InOrder };
            else blocks.Add(block);
            start = end;
        }

        return blocks;
    }
}
