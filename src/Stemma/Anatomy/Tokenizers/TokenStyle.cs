using System.Globalization;
using System.Text;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>How a vocabulary writes its tokens, and the way back to bytes.</summary>
internal sealed record TokenStyle
{
    /// <summary>U+2581, SentencePiece's mark for a space.</summary>
    public const char WordMark = '\u2581';

    /// <summary>Tokens are written in GPT-2's alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>U+2581 stands for a space.</summary>
    public bool Marked { get; init; }

    /// <summary><c>&lt;0x0A&gt;</c> stands for one byte.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>What marks a token inside a word (WordPiece's <c>##</c>); tokens without it begin a word and get a leading space. Empty for none.</summary>
    public string Continuing { get; init; } = "";

    /// <summary>What marks a token that ends a word (<c>&lt;/w&gt;</c>); it becomes a space. Empty for none.</summary>
    public string EndOfWord { get; init; } = "";

    /// <summary>The bytes a token stands for; null when it controls instead of standing for text.</summary>
    public byte[]? Decode(string token)
    {
        if (token.Length == 0 || IsControl(token)) return null;
        if (ByteLevel && ByteAlphabet.Decode(WithoutEnd(token)) is { } bytes) return bytes;
        if (ByteFallback && FallbackByte(token) is { } single) return [single];
        var text = Marked ? token.Replace(WordMark, ' ') : token;
        if (Continuing.Length > 0) text = text.StartsWith(Continuing, StringComparison.Ordinal) ? text[Continuing.Length..] : " " + text;
        text = WithoutEnd(text);
        return text.Length == 0 ? null : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The byte that <c>&lt;0xNN&gt;</c> stands for.</summary>
    public static byte? FallbackByte(string token) =>
        token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>True for tokens in the forms that everybody uses for control: <c>&lt;|im_end|&gt;</c>, <c>&lt;s&gt;</c>, <c>[CLS]</c>, <c>[unused7]</c>.</summary>
    public static bool IsControl(string token) =>
        (token.Length > 4 && token.StartsWith("<|", StringComparison.Ordinal) && token.EndsWith("|>", StringComparison.Ordinal))
        || (token.StartsWith("[unused", StringComparison.OrdinalIgnoreCase) && token.EndsWith(']'))
        || token is "<s>" or "</s>" or "<unk>" or "<pad>" or "<mask>" or "<bos>" or "<eos>" or "<cls>" or "<sep>"
            or "[CLS]" or "[SEP]" or "[PAD]" or "[UNK]" or "[MASK]" or "[BOS]" or "[EOS]";

    private string WithoutEnd(string token)
    {
        if (EndOfWord.Length == 0 || !token.EndsWith(EndOfWord, StringComparison.Ordinal)) return token;

        // The alphabet writes a space as U+0120.
        return token[..^EndOfWord.Length] + (ByteLevel ? '\u0120' : ' ');
    }
}
