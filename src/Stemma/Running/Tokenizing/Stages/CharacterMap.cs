using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>
/// SentencePiece's compiled replacement rules (normalizer.cc): the size of a double-array trie (Darts-clone), the trie, and the replacements, each ended by a zero byte.
/// The trie leads from the bytes of a text to the place of its replacement.
/// </summary>
internal sealed class CharacterMap
{
    private readonly string _source;
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <param name="source">How faults call the file.</param>
    /// <param name="blob">The compiled rules.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> when the sizes do not add up.</exception>
    public CharacterMap(string source, ReadOnlySpan<byte> blob)
    {
        _source = source;
        var size = blob.Length < 4 ? -1L : BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (size <= 0 || size % 4 != 0 || size > blob.Length - 4) throw Broken($"a trie of {size} bytes in {blob.Length}");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (i * 4))..]);
        _replacements = blob[(4 + (int)size)..].ToArray();
    }

    /// <summary>SentencePiece's way: at each place the longest rule that fits.</summary>
    public string Replace(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var result = new List<byte>(bytes.Length);
        for (var at = 0; at < bytes.Length;)
        {
            var (length, value) = Find(bytes.AsSpan(at), longest: true);
            if (length == 0)
            {
                Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out length);
                result.AddRange(bytes.AsSpan(at, length));
            }
            else
            {
                result.AddRange(Replacement(value));
            }

            at += length;
        }

        return Encoding.UTF8.GetString([.. result]);
    }

    /// <summary>The way of the tokenizers library (spm_precompiled): a user-perceived character of fewer than six bytes at once by its shortest rule, otherwise its parts.</summary>
    public string ReplaceByCharacter(string text)
    {
        var result = new StringBuilder(text.Length);
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            var bytes = Encoding.UTF8.GetBytes(element);
            if (bytes.Length < 6 && Find(bytes, longest: false) is { Length: > 0 } whole)
            {
                result.Append(Encoding.UTF8.GetString(Replacement(whole.Value)));
                continue;
            }

            foreach (var rune in element.EnumerateRunes())
            {
                var found = Find(Encoding.UTF8.GetBytes(rune.ToString()), longest: false);
                result.Append(found.Length > 0 ? Encoding.UTF8.GetString(Replacement(found.Value)) : rune.ToString());
            }
        }

        return result.ToString();
    }

    private (int Length, int Value) Find(ReadOnlySpan<byte> text, bool longest)
    {
        var best = (0, 0);
        var at = Offset(_units[0]);
        for (var i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            if (at >= _units.Length || (_units[at] & 0x800000FF) != text[i]) break;
            var unit = _units[at];
            at ^= Offset(unit);
            if ((unit >> 8 & 1) == 0) continue;
            if (at >= _units.Length) throw Broken("a trie that leads out of itself");
            best = (i + 1, (int)(_units[at] & 0x7FFFFFFF));
            if (!longest) break;
        }

        return best;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private ReadOnlySpan<byte> Replacement(int value)
    {
        if (value >= _replacements.Length) throw Broken("a rule without its replacement");
        var rest = _replacements.AsSpan(value);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private StemmaException Broken(string found) => new(FaultCode.TokenizerInvalid, _source, null, "precompiled_charsmap: " + found, "SentencePiece's compiled rules");
}
