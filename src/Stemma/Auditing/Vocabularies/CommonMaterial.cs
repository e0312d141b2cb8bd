using System.Buffers;
using System.Text;

namespace Stemma.Auditing.Vocabularies;

/// <summary>
/// What nearly every vocabulary has, whoever made it: the bytes, single characters, white space, digits, punctuation, pieces of characters. It is left out of every count,
/// for it would make strangers look alike.
/// </summary>
internal static class CommonMaterial
{
    /// <summary>True when a token has at least two letters and is whole text.</summary>
    public static bool IsTelling(ReadOnlySpan<byte> token)
    {
        var letters = 0;
        while (token.Length > 0)
        {
            if (Rune.DecodeFromUtf8(token, out var rune, out var length) != OperationStatus.Done) return false;
            if (Rune.IsLetter(rune)) letters++;
            token = token[length..];
        }

        return letters >= 2;
    }
}
