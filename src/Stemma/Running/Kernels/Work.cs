namespace Stemma.Running.Kernels;

/// <summary>Deals work to the processors, unless there is too little of it.</summary>
internal static class Work
{
    /// <summary>Numbers touched below which a second thread would cost more than it saves.</summary>
    private const long Small = 1 << 16;

    /// <summary>Does pieces that touch so many numbers together.</summary>
    public static void Deal(int pieces, long numbers, Action<int> piece)
    {
        if (pieces > 1 && numbers >= Small) Parallel.For(0, pieces, piece);
        else for (var i = 0; i < pieces; i++) piece(i);
    }
}
