using System.Text;
using Stemma.Anatomy;

namespace Stemma.Deriving.Models;

/// <summary>
/// Where the rows of another vocabulary come from: tokens of the same bytes keep their row; others are spelled with the longest old tokens that fit. Tokens without
/// bytes (special, unused) and rows behind the vocabulary keep the row of the same number, where the old vocabulary has such a one there too.
/// </summary>
internal sealed class TokenMatch
{
    private const int LongestToken = 256;

    /// <summary>Bytes as characters of the same numbers, so that pieces can be looked up without copying.</summary>
    private readonly Dictionary<string, int> _old = new(StringComparer.Ordinal);
    private readonly int _longest;

    /// <param name="old">The vocabulary that the rows belong to.</param>
    /// <param name="oldRows">Rows there are.</param>
    /// <param name="young">The vocabulary that rows are wanted for.</param>
    /// <param name="rows">Rows that are wanted.</param>
    public TokenMatch(TokenTable old, int oldRows, TokenTable young, int rows)
    {
        for (var id = 0; id < Math.Min(old.Tokens.Count, oldRows); id++)
        {
            if (old.Tokens[id] is not { Length: > 0 and <= LongestToken } bytes) continue;
            if (_old.TryAdd(Encoding.Latin1.GetString(bytes), id)) _longest = Math.Max(_longest, bytes.Length);
        }

        Pieces = new int[rows][];
        for (var id = 0; id < rows; id++)
        {
            var token = id < young.Tokens.Count ? young.Tokens[id] : null;
            var before = id < old.Tokens.Count ? old.Tokens[id] : null;
            if (token is null) Pieces[id] = before is null && id < oldRows ? [id] : [];
            else if (id < oldRows && before is not null && before.AsSpan().SequenceEqual(token)) Pieces[id] = [id];
            else Pieces[id] = Spell(Encoding.Latin1.GetString(token));
        }
    }

    /// <summary>By new row: the old rows whose mean it is; one where the token was there before, none where nothing tells.</summary>
    public int[][] Pieces { get; }

    /// <summary>Tokens that keep a row of their own.</summary>
    public int Kept => Pieces.Count(p => p.Length == 1);

    private int[] Spell(string token)
    {
        if (_old.TryGetValue(token, out var whole)) return [whole];
        var old = _old.GetAlternateLookup<ReadOnlySpan<char>>();
        var pieces = new List<int>();
        for (var at = 0; at < token.Length;)
        {
            var length = Math.Min(_longest, token.Length - at);
            var id = 0;
            while (length > 0 && !old.TryGetValue(token.AsSpan(at, length), out id)) length--;
            if (length > 0) pieces.Add(id);
            at += Math.Max(1, length);
        }

        return [.. pieces];
    }
}
