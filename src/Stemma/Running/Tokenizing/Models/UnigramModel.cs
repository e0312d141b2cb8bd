using System.Text;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Models;

/// <summary>
/// The likeliest cut under independent pieces (Kudo 2018), by dynamic programming from the left; of equals the one whose last piece starts first
/// (google/sentencepiece, unigram_model.cc, EncodeOptimized).
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    /// <summary>How much worse than the worst piece an unknown letter is.</summary>
    private const double UnknownPenalty = 10;

    private readonly PieceIndex _pieces;
    private readonly IReadOnlyList<double> _scores;
    private readonly HashSet<int> _userDefined;
    private readonly double _worst;
    private readonly double _best;

    /// <param name="pieces">The pieces that text is cut into, without control and unused ones.</param>
    /// <param name="scores">By id the logarithm of the probability.</param>
    /// <param name="userDefined">Pieces that always win.</param>
    public UnigramModel(IReadOnlyCollection<(string Text, int Id)> pieces, IReadOnlyList<double> scores, IEnumerable<int> userDefined)
    {
        (_pieces, _scores, _userDefined) = (new(pieces), scores, [.. userDefined]);
        var known = pieces.Where(piece => !_userDefined.Contains(piece.Id)).Select(piece => scores[piece.Id]).DefaultIfEmpty(0).ToArray();
        (_worst, _best) = (known.Min(), known.Max());
    }

    /// <summary>How faults call the file.</summary>
    public required string Source { get; init; }

    /// <summary>The token for what no piece covers; null for none.</summary>
    public int? Unknown { get; init; }

    /// <summary>By byte the token that writes it; empty for none.</summary>
    public IReadOnlyList<int> Bytes { get; init; } = [];

    /// <summary>Sums are rounded to single precision, as SentencePiece keeps them.</summary>
    public bool Single { get; init; }

    /// <inheritdoc/>
    public void Encode(string piece, List<int> ids)
    {
        var best = BestPaths(piece);
        var path = new List<(int Start, int Length, int Id)>();
        for (var at = piece.Length; at > 0; at = best[at].Start) path.Add((best[at].Start, at - best[at].Start, best[at].Id));
        path.Reverse();
        var start = ids.Count;
        foreach (var (from, length, id) in path)
        {
            if (id >= 0) ids.Add(id);
            else AddUnknown(piece, from, length, ids, start);
        }
    }

    private (int Start, int Id, double Score)[] BestPaths(string piece)
    {
        var best = new (int Start, int Id, double Score)[piece.Length + 1];
        Array.Fill(best, (-1, -1, double.NegativeInfinity));
        best[0] = (0, -1, 0);
        var unknown = Rounded(_worst - UnknownPenalty);
        for (var at = 0; at < piece.Length;)
        {
            var letter = char.IsHighSurrogate(piece[at]) && at + 1 < piece.Length ? 2 : 1;
            var hasLetter = false;
            var found = new PieceIndex.Walk(_pieces);
            while (found.Next(piece.AsSpan(at)))
            {
                hasLetter |= found.Length == letter;
                var score = _userDefined.Contains(found.Id) ? Rounded((Encoding.UTF8.GetByteCount(piece.AsSpan(at, found.Length)) * _best) - 0.1) : _scores[found.Id];
                Offer(best, at, found.Length, found.Id, score);
            }

            if (!hasLetter) Offer(best, at, letter, -1, unknown);
            at += letter;
        }

        return best;
    }

    private void Offer((int Start, int Id, double Score)[] best, int at, int length, int id, double score)
    {
        var total = Rounded(best[at].Score + score);
        ref var target = ref best[at + length];
        if (target.Start < 0 || total > target.Score) target = (at, id, total);
    }

    private double Rounded(double value) => Single ? (float)value : value;

    private void AddUnknown(string piece, int from, int length, List<int> ids, int start)
    {
        if (Bytes.Count == 256)
        {
            foreach (var value in Encoding.UTF8.GetBytes(piece, from, length)) ids.Add(Bytes[value]);
        }
        else if (Unknown is not { } unknown)
        {
            throw new StemmaException(FaultCode.TextNotEncodable, Source, null, $"no piece covers '{piece.Substring(from, length)}'", "text in the vocabulary's letters");
        }
        else if (ids.Count == start || ids[^1] != unknown)
        {
            ids.Add(unknown);
        }
    }
}
