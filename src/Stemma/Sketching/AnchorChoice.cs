using Stemma.Anatomy;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>
/// Chooses anchor tokens by the hash of their bytes (bottom-k sampling: Cohen 1997), so that two vocabularies choose the same tokens where they share them.
/// Short printable ASCII tokens come first: they are what vocabularies of different makers share.
/// </summary>
internal sealed record AnchorChoice(bool ByBytes, IReadOnlyList<(ulong Key, int Id)> Tokens)
{
    private static readonly ulong TokenSeed = SeededHash.SeedOf("stemma/1/tokens");

    public static AnchorChoice Make(TokenTable? table, long vocabulary, int count)
    {
        if (vocabulary <= 0) return new(ByBytes: false, []);
        var ranked = new List<(ulong Rank, ulong Key, int Id)>();
        if (table is null)
        {
            for (var id = 0; id < vocabulary; id++) ranked.Add((SeededHash.Mix(TokenSeed, (ulong)id), (ulong)id, id));
        }
        else
        {
            var seen = new HashSet<ulong>();
            for (var id = 0; id < Math.Min(vocabulary, table.Tokens.Count); id++)
            {
                if (table.Tokens[id] is not { Length: > 0 } bytes) continue;
                var key = KeyOf(bytes);
                if (seen.Add(key)) ranked.Add((IsCommonWord(bytes) ? key >> 1 : key | (1UL << 63), key, id));
            }
        }

        var chosen = ranked.OrderBy(t => t.Rank).Take(count).Select(t => (t.Key, t.Id)).OrderBy(t => t.Key).ToList();
        return new(table is not null, chosen);
    }

    private static ulong KeyOf(byte[] bytes)
    {
        var key = TokenSeed;
        foreach (var b in bytes) key = SeededHash.Mix(key, b);
        return key;
    }

    private static bool IsCommonWord(byte[] bytes) => bytes.Length <= 8 && Array.TrueForAll(bytes, b => b is >= 0x20 and < 0x7F);
}
