using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Models;

/// <summary>Greedy longest match from the left (BERT's WordPiece); a word that cannot be covered is one unknown token.</summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly PieceIndex _starts;
    private readonly PieceIndex _rest;

    /// <param name="vocabulary">Token to id.</param>
    /// <param name="continuing">What marks a token inside a word (<c>##</c>).</param>
    public WordPieceModel(IReadOnlyDictionary<string, int> vocabulary, string continuing)
    {
        _starts = new(vocabulary.Select(entry => (entry.Key, entry.Value)));
        _rest = new(vocabulary.Where(entry => entry.Key.StartsWith(continuing, StringComparison.Ordinal)).Select(entry => (entry.Key[continuing.Length..], entry.Value)));
    }

    /// <summary>The token for a word that cannot be covered.</summary>
    public required int Unknown { get; init; }

    /// <summary>Longer words are unknown, in characters.</summary>
    public int MostCharacters { get; init; } = 100;

    /// <inheritdoc/>
    public void Encode(string piece, List<int> ids)
    {
        var start = ids.Count;
        var fits = piece.Length <= MostCharacters || piece.EnumerateRunes().Count() <= MostCharacters;
        for (var at = 0; fits && at < piece.Length;)
        {
            var (length, id) = (at == 0 ? _starts : _rest).Longest(piece.AsSpan(at));
            fits = length > 0;
            ids.Add(id);
            at += length;
        }

        if (fits) return;
        ids.RemoveRange(start, ids.Count - start);
        ids.Add(Unknown);
    }
}

/// <summary>Whole pieces only (the model <c>WordLevel</c> of tokenizer.json, vocabularies of single characters).</summary>
/// <param name="source">How faults call the file.</param>
/// <param name="vocabulary">Token to id.</param>
/// <param name="unknown">The token for any other piece; null for none.</param>
internal sealed class WordLevelModel(string source, IReadOnlyDictionary<string, int> vocabulary, int? unknown) : ITokenModel
{
    /// <inheritdoc/>
    public void Encode(string piece, List<int> ids) =>
        ids.Add(vocabulary.TryGetValue(piece, out var id) ? id : unknown ?? throw new StemmaException(FaultCode.TextNotEncodable, source, null, $"the vocabulary has no token for '{piece}' and none for the unknown", "text in the vocabulary's letters"));
}
