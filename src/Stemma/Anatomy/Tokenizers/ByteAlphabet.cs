namespace Stemma.Anatomy.Tokenizers;

/// <summary>
/// GPT-2's map between bytes and printable characters (openai/gpt-2, encoder.py): 0x21-0x7E, 0xA1-0xAC and 0xAE-0xFF stand for themselves,
/// the other 68 bytes in increasing order for U+0100 onwards.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly Dictionary<char, byte> Bytes = Build();
    private static readonly char[] Letters = [.. Bytes.OrderBy(pair => pair.Value).Select(pair => pair.Key)];

    /// <summary>The bytes that a token of a byte-level vocabulary stands for; null when a character is not of the alphabet.</summary>
    public static byte[]? Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i])) return null;
        }

        return bytes;
    }

    /// <summary>The letter that stands for a byte.</summary>
    public static char Letter(byte value) => Letters[value];

    /// <summary>Bytes in the alphabet's letters, one each.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var letters = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) letters[i] = Letters[bytes[i]];
        return new(letters);
    }

    /// <summary>True when a vocabulary is byte-level: it has a token of its own for nearly every letter of the alphabet.</summary>
    public static bool Covers(IReadOnlyDictionary<string, int> vocabulary) => Bytes.Keys.Count(letter => vocabulary.ContainsKey(letter.ToString())) >= 240;

    private static Dictionary<char, byte> Build()
    {
        var map = new Dictionary<char, byte>(256);
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            var itself = b is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            map[itself ? (char)b : (char)next++] = (byte)b;
        }

        return map;
    }
}
