namespace Stemma.Auditing.Similarity;

/// <summary>
/// Fingerprints of a text by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003): of every <see cref="Window"/> consecutive hashes of
/// runs of <see cref="Run"/> tokens the smallest is kept, the rightmost of equals. Every stretch of Run + Window - 1 = 40 tokens in common shares a fingerprint; nothing shorter than 24 tokens is ever seen.
/// </summary>
internal static class Winnowing
{
    /// <summary>Tokens of a hashed run: about three lines.</summary>
    public const int Run = 24;

    /// <summary>Hashes of which one is kept.</summary>
    public const int Window = 17;

    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>The kept hashes and where their runs begin, in order.</summary>
    public static IReadOnlyList<(ulong Hash, int At)> Of(IReadOnlyList<CodeToken> tokens)
    {
        var hashes = Hashes(tokens);
        var (kept, last) = (new List<(ulong, int)>(), -1);
        for (var start = 0; start + Window <= hashes.Length; start++)
        {
            // A minimum that is still inside the window loses only to a new hash as small.
            if (last >= start && hashes[start + Window - 1] > hashes[last]) continue;
            var least = start;
            for (var at = start + 1; at < start + Window; at++) if (hashes[at] <= hashes[least]) least = at;
            if (least == last) continue;
            last = least;
            kept.Add((hashes[least], least));
        }

        return kept;
    }

    private static ulong[] Hashes(IReadOnlyList<CodeToken> tokens)
    {
        var hashes = new ulong[Math.Max(0, tokens.Count - Run + 1)];
        var (rolling, leaving) = (0UL, 1UL);
        for (var i = 1; i < Run; i++) leaving *= Factor;
        for (var at = 0; at < tokens.Count; at++)
        {
            if (at >= Run) rolling -= Mixed(tokens[at - Run].Kind) * leaving;
            rolling = (rolling * Factor) + Mixed(tokens[at].Kind);

            // The low bits of such a sum are weak, and minima would cluster: mixed once more.
            if (at >= Run - 1) hashes[at - Run + 1] = Mixed(rolling);
        }

        return hashes;
    }

    private static ulong Mixed(int kind) => Mixed((ulong)kind + 1);

    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
