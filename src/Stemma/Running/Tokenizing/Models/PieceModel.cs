using System.Text;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Models;

/// <summary>
/// SentencePiece's byte-pair encoding (google/sentencepiece, bpe_model.cc), and tiktoken's: there is no list of merges; any two neighbours whose join is a piece
/// may merge, the piece of the best score first.
/// </summary>
internal sealed class PieceModel : ITokenModel
{
    private readonly Dictionary<string, int> _pieces = new(StringComparer.Ordinal);
    private readonly HashSet<int> _made = [];
    private readonly HashSet<int> _unused;
    private readonly PieceIndex _frozen;
    private readonly IReadOnlyList<double> _ranks;
    private readonly int _longest;

    /// <param name="pieces">The pieces that text is cut into.</param>
    /// <param name="ranks">By id, smaller merges first.</param>
    /// <param name="frozen">Pieces that are cut out first and never merged.</param>
    /// <param name="unused">Pieces that only stand between: what merged into one is taken apart again.</param>
    public PieceModel(IEnumerable<(string Text, int Id)> pieces, IReadOnlyList<double> ranks, IEnumerable<(string Text, int Id)> frozen, IEnumerable<int> unused)
    {
        foreach (var (text, id) in pieces)
        {
            if (_pieces.TryAdd(text, id) && text.EnumerateRunes().Count() > 1) _made.Add(id);
            _longest = Math.Max(_longest, text.Length);
        }

        (_ranks, _frozen, _unused) = (ranks, new(frozen), [.. unused]);
    }

    /// <summary>How faults call the file.</summary>
    public required string Source { get; init; }

    /// <summary>The token for what no piece covers; null for none.</summary>
    public int? Unknown { get; init; }

    /// <summary>By byte the token that writes it; empty for none.</summary>
    public IReadOnlyList<int> Bytes { get; init; } = [];

    /// <summary>A piece that is a token is one at once (tiktoken).</summary>
    public bool WholePieces { get; init; }

    /// <inheritdoc/>
    public void Encode(string piece, List<int> ids)
    {
        if (WholePieces && _pieces.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        var rule = new Rule(this, piece);
        var start = ids.Count;
        foreach (var symbol in MergeQueue.Run(Letters(piece), rule)) Append(piece, symbol, rule, ids, start);
    }

    /// <inheritdoc/>
    public double? MergeRank(int id) => id >= 0 && id < _ranks.Count && _made.Contains(id) ? _ranks[id] : null;

    private Symbol[] Letters(string piece)
    {
        var symbols = new List<Symbol>(piece.Length);
        for (var at = 0; at < piece.Length;)
        {
            var (length, id) = _frozen.Count == 0 ? (0, -1) : _frozen.Longest(piece.AsSpan(at));
            var frozen = length > 0;
            if (!frozen)
            {
                length = char.IsHighSurrogate(piece[at]) && at + 1 < piece.Length ? 2 : 1;
                id = Find(piece.AsSpan(at, length));
            }

            symbols.Add(new Symbol { Id = id, Start = at, Length = length, Frozen = frozen });
            at += length;
        }

        return [.. symbols];
    }

    private void Append(string piece, in Symbol symbol, Rule rule, List<int> ids, int start)
    {
        if (_unused.Contains(symbol.Id) && rule.Halves.TryGetValue(symbol.Id, out var left))
        {
            Append(piece, symbol with { Length = left, Id = Find(piece.AsSpan(symbol.Start, left)) }, rule, ids, start);
            Append(piece, symbol with { Start = symbol.Start + left, Length = symbol.Length - left, Id = Find(piece.AsSpan(symbol.Start + left, symbol.Length - left)) }, rule, ids, start);
        }
        else if (symbol.Id >= 0)
        {
            ids.Add(symbol.Id);
        }
        else if (Bytes.Count == 256)
        {
            foreach (var value in Encoding.UTF8.GetBytes(piece, symbol.Start, symbol.Length)) ids.Add(Bytes[value]);
        }
        else if (Unknown is not { } unknown)
        {
            throw new StemmaException(FaultCode.TextNotEncodable, Source, null, $"no piece covers '{piece.Substring(symbol.Start, symbol.Length)}'", "text in the vocabulary's letters");
        }
        else if (ids.Count == start || ids[^1] != unknown)
        {
            ids.Add(unknown);
        }
    }

    private int Find(ReadOnlySpan<char> text) =>
        text.Length <= _longest && _pieces.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var id) ? id : -1;

    private sealed class Rule(PieceModel model, string piece) : IMergeRule
    {
        /// <summary>By unused piece the length of the left half that it was last offered from.</summary>
        public Dictionary<int, int> Halves { get; } = [];

        public (double Rank, int Id)? Find(in Symbol left, in Symbol right)
        {
            var id = model.Find(piece.AsSpan(left.Start, left.Length + right.Length));
            if (id < 0) return null;
            if (model._unused.Contains(id)) Halves[id] = left.Length;
            return (model._ranks[id], id);
        }
    }
}
