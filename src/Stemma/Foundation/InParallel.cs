using System.Runtime.ExceptionServices;

namespace Stemma.Foundation;

/// <summary>Work on many items at once, results in their order. The calling thread works too: an ordered query of PLINQ lets it wait, and within another one both wait.</summary>
internal static class InParallel
{
    /// <summary>What <paramref name="make"/> makes of each item. What it throws for one of them comes out as it was thrown.</summary>
    /// <param name="items">The items.</param>
    /// <param name="make">Called on several threads.</param>
    /// <param name="atOnce">Items that are worked on at the same time, for work that takes much memory; -1 for as many as there are processors.</param>
    /// <param name="cancel">Stops between two items.</param>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> make, int atOnce = -1, CancellationToken cancel = default)
    {
        var results = new TResult[items.Count];
        try
        {
            Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel }, i => results[i] = make(items[i]));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }

        return results;
    }
}
