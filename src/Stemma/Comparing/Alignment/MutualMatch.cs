using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Alignment;

/// <summary>
/// Mutual nearest neighbours by cosine: i and j are matched when each is the other's nearest. The matching never looks at an index: a tie, or a row of
/// zeros, stays unmatched, because breaking it by position would let labels in.
/// </summary>
public static class MutualMatch
{
    private const int None = -1;

    /// <summary>For each row of <paramref name="a"/> its partner in <paramref name="b"/>, or -1. Cost: rows(a) x rows(b) x width.</summary>
    public static int[] Find(Features a, Features b) => FindEach(a, b, [b.Rows])[0];

    /// <summary>The same for several others at once, whose rows stand one after another: a product of large matrices takes less time than many of small ones.</summary>
    /// <param name="a">Rows that are matched with each of the others.</param>
    /// <param name="b">The rows of all others.</param>
    /// <param name="ends">Where the rows of each end.</param>
    /// <returns>For each of the others the partner of every row of <paramref name="a"/>, counted from its own first row; or -1.</returns>
    internal static int[][] FindEach(Features a, Features b, int[] ends)
    {
        var (partners, bestOfA) = (new int[ends.Length][], new float[ends.Length][]);
        for (var other = 0; other < ends.Length; other++)
        {
            (partners[other], bestOfA[other]) = (new int[a.Rows], new float[a.Rows]);
            Array.Fill(partners[other], None);
        }

        if (a.Rows == 0 || b.Rows == 0) return partners;
        var (emptyB, hasEmpty) = (new bool[b.Rows], false);
        for (var j = 0; j < emptyB.Length; j++) hasEmpty |= emptyB[j] = b.IsZero(j);
        var (bestOfB, tiesOfB) = (new float[b.Rows], new float[b.Rows]);
        Array.Fill(bestOfB, float.NegativeInfinity);
        foreach (var (i, block, at) in a.Cosines(b))
        {
            if (a.IsZero(i)) continue;
            var cosines = block.Row(at);
            if (hasEmpty)
                for (var j = 0; j < emptyB.Length; j++) if (emptyB[j]) cosines[j] = float.NegativeInfinity;
            Raise(cosines, bestOfB, tiesOfB);
            for (var (other, begin) = (0, 0); other < ends.Length; begin = ends[other++])
            {
                var own = cosines[begin..ends[other]];
                bestOfA[other][i] = Matrix.Highest(own);
                var (first, count) = Matrix.Find(own, bestOfA[other][i]);
                if (count == 1) partners[other][i] = first;
            }
        }

        for (var (other, begin) = (0, 0); other < ends.Length; begin = ends[other++])
        {
            var found = partners[other];
            for (var i = 0; i < found.Length; i++)
                if (found[i] is >= 0 and var j && (emptyB[begin + j] || tiesOfB[begin + j] != 0 || !bestOfA[other][i].Equals(bestOfB[begin + j]))) found[i] = None;
        }

        return partners;
    }

    /// <summary>Best value of each column so far, and how often it occurred again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Raise(ReadOnlySpan<float> row, Span<float> best, Span<float> ties)
    {
        var j = 0;
        for (; j <= row.Length - Vector512<float>.Count; j += Vector512<float>.Count)
        {
            var (value, most, again) = (Vector512.Create(row[j..]), Vector512.Create<float>(best[j..]), Vector512.Create<float>(ties[j..]));
            var equal = Vector512.ConditionalSelect(Vector512.Equals(value, most), again + Vector512<float>.One, again);
            Vector512.ConditionalSelect(Vector512.GreaterThan(value, most), Vector512<float>.Zero, equal).CopyTo(ties[j..]);
            Vector512.Max(value, most).CopyTo(best[j..]);
        }

        for (; j < row.Length; j++)
        {
            if (row[j] > best[j]) (best[j], ties[j]) = (row[j], 0);
            else if (row[j].Equals(best[j])) ties[j]++;
        }
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
