using System.Diagnostics.CodeAnalysis;

namespace Stemma.Foundation.Linear;

/// <summary>
/// Clears away matrices that nobody uses any more. The runtime lets large arrays pile up to several times what is alive before it looks; where each step leaves hundreds
/// of megabytes behind, that is the difference between two and four gigabytes.
/// </summary>
internal static class MatrixMemory
{
    /// <summary>Rows and columns of square matrices from which on a step's leavings are worth clearing away at once.</summary>
    private const int Large = 512;

    /// <summary>After a step on square matrices of this size; nothing for small ones.</summary>
    public static void ClearAfter(int size)
    {
        if (size >= Large) Clear();
    }

    [SuppressMessage("Major Code Smell", "S1215", Justification = "The collector does not weigh how much a step leaves behind.")]
    public static void Clear() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
}
