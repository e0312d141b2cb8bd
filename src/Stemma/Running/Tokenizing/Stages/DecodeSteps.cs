using System.Text;
using Stemma.Anatomy.Tokenizers;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>A token on its way back to text: spelled, or already bytes.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Text">Its spelling so far.</param>
/// <param name="Bytes">Its bytes, once a step knows them.</param>
internal readonly record struct DecodedToken(int Id, string Text, byte[]? Bytes = null);

/// <summary>One step of the way back.</summary>
internal interface IDecodeStep
{
    /// <summary>The token after this step. Tokens come in order.</summary>
    DecodedToken Apply(DecodedToken token);
}

/// <summary>Changes the spelling of each token alone; the function is told whether the token is the first.</summary>
internal sealed class SpellingStep(Func<string, bool, string> change) : IDecodeStep
{
    private bool _begun;

    public DecodedToken Apply(DecodedToken token)
    {
        if (token.Bytes is not null) return token;
        var text = change(token.Text, !_begun);
        _begun = true;
        return token with { Text = text };
    }
}

/// <summary>GPT-2's alphabet back to bytes; a token with other letters is text.</summary>
internal sealed class ByteLevelStep : IDecodeStep
{
    public DecodedToken Apply(DecodedToken token) => token.Bytes is null && ByteAlphabet.Decode(token.Text) is { } bytes ? token with { Bytes = bytes } : token;
}

/// <summary>&lt;0xNN&gt; back to a byte.</summary>
internal sealed class ByteFallbackStep : IDecodeStep
{
    public DecodedToken Apply(DecodedToken token) => token.Bytes is null && TokenStyle.FallbackByte(token.Text) is { } value ? token with { Bytes = [value] } : token;
}

/// <summary>Takes so many of a character from the start of the whole text.</summary>
internal sealed class StripStartStep(char letter, int count) : IDecodeStep
{
    private int _left = count;

    public DecodedToken Apply(DecodedToken token)
    {
        if (_left == 0) return token;
        var bytes = token.Bytes ?? Encoding.UTF8.GetBytes(token.Text);
        var mark = Encoding.UTF8.GetBytes(letter.ToString());
        var at = 0;
        for (; _left > 0 && bytes.AsSpan(at).StartsWith(mark); _left--) at += mark.Length;
        if (at < bytes.Length) _left = 0;
        return token with { Bytes = bytes[at..] };
    }
}

/// <summary>A mark at a word's end becomes a space, but not at the end of the text.</summary>
internal sealed class WordEndStep(string suffix) : IDecodeStep
{
    private bool _owed;

    public DecodedToken Apply(DecodedToken token)
    {
        var text = (_owed ? " " : "") + token.Text;
        _owed = text.EndsWith(suffix, StringComparison.Ordinal);
        return token with { Text = (_owed ? text[..^suffix.Length] : text).Replace(suffix, " ", StringComparison.Ordinal) };
    }
}

/// <summary>SentencePiece: some tokens are decoded to a text of their own (control to nothing, unknown to its surface).</summary>
internal sealed class SurfaceStep(IReadOnlyDictionary<int, string> surfaces) : IDecodeStep
{
    public DecodedToken Apply(DecodedToken token) => surfaces.TryGetValue(token.Id, out var text) ? token with { Text = text, Bytes = text.Length == 0 ? [] : null } : token;
}
