namespace Stemma.Comparing.Alignment;

/// <summary>
/// Mutual nearest neighbours by cosine: i and j are matched when each is the other's nearest. The matching never looks at an index: a tie, or a row of
/// zeros, stays unmatched, because breaking it by position would let labels in.
/// </summary>
public static class MutualMatch
{
    private const int None = -1;

    /// <summary>For each row of <paramref name="a"/> its partner in <paramref name="b"/>, or -1. Cost: rows(a) x rows(b) x width.</summary>
    public static int[] Find(Features a, Features b)
    {
        var (toB, bestOfB) = (new int[a.Rows], new int[b.Rows]);
        var scoreOfB = new float[b.Rows];
        Array.Fill(toB, None);
        Array.Fill(bestOfB, None);
        Array.Fill(scoreOfB, float.NegativeInfinity);
        var empty = Enumerable.Range(0, b.Rows).Select(b.IsZero).ToArray();
        foreach (var (i, block, at) in a.Cosines(b))
        {
            if (a.IsZero(i)) continue;
            var cosines = block.Row(at);
            var (best, score) = (None, float.NegativeInfinity);
            for (var j = 0; j < cosines.Length; j++)
            {
                var cosine = cosines[j];
                if (empty[j]) continue;
                if (cosine > score) (best, score) = (j, cosine);
                else if (cosine.Equals(score)) best = None;
                if (cosine > scoreOfB[j]) (bestOfB[j], scoreOfB[j]) = (i, cosine);
                else if (cosine.Equals(scoreOfB[j])) bestOfB[j] = None;
            }

            toB[i] = best;
        }

        for (var i = 0; i < toB.Length; i++)
            if (toB[i] != None && bestOfB[toB[i]] != i) toB[i] = None;
        return toB;
    }

    /// <summary>How many matched pairs carry the same label, and how many were matched at all.</summary>
    public static (int Same, int Matched) Count(int[] matching, ReadOnlySpan<int> labelsA, ReadOnlySpan<int> labelsB)
    {
        var (same, matched) = (0, 0);
        for (var i = 0; i < matching.Length; i++)
        {
            if (matching[i] == None) continue;
            matched++;
            if (labelsA[i] == labelsB[matching[i]]) same++;
        }

        return (same, matched);
    }
}
