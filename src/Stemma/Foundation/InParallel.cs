namespace Stemma.Foundation;

/// <summary>Work on many items at once, results in their order. The calling thread works too: an ordered query of PLINQ lets it wait, and within another one both wait.</summary>
internal static class InParallel
{
    /// <summary>What <paramref name="make"/> makes of each item.</summary>
    /// <exception cref="AggregateException">With what was thrown for the items.</exception>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> make)
    {
        var results = new TResult[items.Count];
        Parallel.For(0, results.Length, i => results[i] = make(items[i]));
        return results;
    }
}
