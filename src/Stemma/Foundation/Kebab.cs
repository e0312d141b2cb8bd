using System.Text;

namespace Stemma.Foundation;

/// <summary>Names of the code as they are printed: <c>CommonOrigin</c> is <c>common-origin</c>, <c>LmHead</c> is <c>lm-head</c>.</summary>
public static class Kebab
{
    /// <summary>The printed word of an enum value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Of(value.ToString());

    /// <summary>A hyphen before each capital but the first; then all lower case.</summary>
    public static string Of(string pascal)
    {
        var word = new StringBuilder(pascal.Length + 8);
        foreach (var letter in pascal)
        {
            if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }
}
