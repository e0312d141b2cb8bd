namespace Stemma.Foundation;

/// <summary>Work on one thing after another that somebody watches and may stop.</summary>
internal static class WorkProgress
{
    /// <summary>Does something with each item, and tells so.</summary>
    /// <param name="progress">Who is told.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="items">The items.</param>
    /// <param name="unit">What they are called, for example <c>pairs</c>.</param>
    /// <param name="act">Called for one item after another.</param>
    /// <param name="cancel">Stops between two items.</param>
    public static void Each<T>(this IWorkProgress progress, string title, IReadOnlyList<T> items, string unit, Action<T> act, CancellationToken cancel)
    {
        progress.BeginItems(title, items.Count, unit);
        try
        {
            foreach (var item in items)
            {
                cancel.ThrowIfCancellationRequested();
                act(item);
                progress.Advance(1);
            }
        }
        finally
        {
            progress.End();
        }
    }
}
