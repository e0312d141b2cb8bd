using System.Text;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Models;

/// <summary>Byte-pair encoding over a table of merges (Sennrich et al. 2016; the model <c>BPE</c> of tokenizer.json).</summary>
internal sealed class BytePairModel : ITokenModel
{
    /// <summary>How faults call the file.</summary>
    public required string Source { get; init; }

    /// <summary>Token to id.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>The merges.</summary>
    public required MergeTable Merges { get; init; }

    /// <summary>The token for what the vocabulary lacks; null for none.</summary>
    public int? Unknown { get; init; }

    /// <summary>A run of unknown letters is one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>A letter that the vocabulary lacks is written as tokens &lt;0xNN&gt;.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A piece that is a token is one, whatever the merges say.</summary>
    public bool WholePieces { get; init; }

    /// <summary>Set before every letter but the first of a piece.</summary>
    public string Continuing { get; init; } = "";

    /// <summary>Set after the last letter of a piece.</summary>
    public string EndOfWord { get; init; } = "";

    /// <inheritdoc/>
    public void Encode(string piece, List<int> ids)
    {
        if (WholePieces && Vocabulary.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        foreach (var symbol in MergeQueue.Run(Letters(piece), Merges)) ids.Add(symbol.Id);
    }

    /// <inheritdoc/>
    public double? MergeRank(int id) => Merges.RankOf(id);

    private Symbol[] Letters(string piece)
    {
        var symbols = new List<Symbol>(piece.Length);
        var afterUnknown = false;
        for (var at = 0; at < piece.Length;)
        {
            var length = char.IsHighSurrogate(piece[at]) && at + 1 < piece.Length ? 2 : 1;
            var text = piece.Substring(at, length);
            var letter = (at > 0 ? Continuing : "") + text + (at + length == piece.Length ? EndOfWord : "");
            var known = Vocabulary.TryGetValue(letter, out var id);
            if (known) symbols.Add(new Symbol { Id = id, Start = at, Length = length });
            else if (!(ByteFallback && AddBytes(letter, at, symbols))) AddUnknown(text, at, length, afterUnknown, symbols);
            afterUnknown = !known && symbols.Count > 0 && symbols[^1].Id == Unknown;
            at += length;
        }

        return [.. symbols];
    }

    private bool AddBytes(string letter, int at, List<Symbol> symbols)
    {
        var count = symbols.Count;
        foreach (var value in Encoding.UTF8.GetBytes(letter))
        {
            if (Vocabulary.TryGetValue($"<0x{value:X2}>", out var id))
            {
                symbols.Add(new Symbol { Id = id, Start = at, Length = 1 });
                continue;
            }

            symbols.RemoveRange(count, symbols.Count - count);
            return false;
        }

        return true;
    }

    private void AddUnknown(string text, int at, int length, bool afterUnknown, List<Symbol> symbols)
    {
        if (Unknown is not { } unknown)
            throw new StemmaException(FaultCode.TextNotEncodable, Source, null, $"the vocabulary has no token for '{text}' and none for the unknown", "text in the vocabulary's letters");
        if (!(FuseUnknown && afterUnknown)) symbols.Add(new Symbol { Id = unknown, Start = at, Length = length });
    }
}
