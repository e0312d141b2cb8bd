namespace Stemma.Comparing.Alignment;

/// <summary>Layers of the subject met by layers of the reference, in order, each at most once.</summary>
/// <param name="Pairs">Ascending on both sides.</param>
public sealed record LayerMap(IReadOnlyList<(int Subject, int Reference)> Pairs)
{
    /// <summary>Layer n meets layer n.</summary>
    public static LayerMap Identity(int layers) => new([.. Enumerable.Range(0, layers).Select(l => (l, l))]);

    /// <summary>The monotone map with gaps that has the highest total score (global alignment: Needleman and Wunsch 1970, no gap penalty, no negative scores).</summary>
    /// <param name="scores">[subject layers, reference layers]; pairs that score nothing are left out.</param>
    public static LayerMap Best(double[,] scores)
    {
        var (rows, columns) = (scores.GetLength(0), scores.GetLength(1));
        var best = new double[rows + 1, columns + 1];
        for (var i = 1; i <= rows; i++)
            for (var j = 1; j <= columns; j++)
                best[i, j] = Math.Max(Math.Max(best[i - 1, j], best[i, j - 1]), best[i - 1, j - 1] + Math.Max(0, scores[i - 1, j - 1]));

        var pairs = new List<(int, int)>();
        for (var (i, j) = (rows, columns); i > 0 && j > 0;)
        {
            if (best[i, j].Equals(best[i - 1, j])) i--;
            else if (best[i, j].Equals(best[i, j - 1])) j--;
            else
            {
                pairs.Add((i - 1, j - 1));
                i--;
                j--;
            }
        }

        pairs.Reverse();
        return new(pairs);
    }
}
