using System.Buffers;
using System.Globalization;
using System.Text;

namespace Stemma.Running.Tokenizing;

/// <summary>Finds added tokens from the left, at each place the longest (tokenizers, added_vocabulary.rs).</summary>
internal sealed class AddedTokenSplitter
{
    private readonly AddedToken[] _tokens;
    private readonly PieceIndex _index;
    private readonly SearchValues<char> _first;

    /// <param name="tokens">The tokens to look for.</param>
    /// <param name="written">How the text spells a token's content.</param>
    public AddedTokenSplitter(IEnumerable<AddedToken> tokens, Func<string, string> written)
    {
        _tokens = [.. tokens];
        var texts = _tokens.Select((token, index) => (Text: written(token.Content), index)).Where(entry => entry.Text.Length > 0).ToArray();
        _index = new(texts);
        _first = SearchValues.Create([.. texts.Select(entry => entry.Text[0]).Distinct()]);
    }

    /// <summary>The parts in order: a token, or text between two.</summary>
    public IEnumerable<(TextPiece Text, AddedToken? Token)> Split(TextPiece piece)
    {
        var text = piece.Text;
        var done = 0;
        for (var at = 0; at < text.Length;)
        {
            var next = text.AsSpan(at).IndexOfAny(_first);
            if (next < 0) break;
            at += next;
            var (length, index) = _index.Longest(text.AsSpan(at));
            if (length == 0)
            {
                at++;
                continue;
            }

            var token = _tokens[index];
            var (start, end) = (at, at + length);
            at = end;
            if (token.SingleWord && (WordBefore(text, start) || WordAfter(text, end))) continue;
            if (token.LeftStrip) start = done + text.AsSpan(done, start - done).TrimEnd().Length;
            if (token.RightStrip) end = text.Length - text.AsSpan(end).TrimStart().Length;
            if (start > done) yield return (Part(piece, done, start), null);
            yield return (Part(piece, start, end), token);
            (done, at) = (end, end);
        }

        if (done < text.Length) yield return (Part(piece, done, text.Length), null);
    }

    private static TextPiece Part(TextPiece piece, int start, int end) => new(piece.Text[start..end], piece.AtStart && start == 0);

    private static bool WordBefore(string text, int at) => at > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool WordAfter(string text, int at) => at < text.Length && Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.ConnectorPunctuation;
}
