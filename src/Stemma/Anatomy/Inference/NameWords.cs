namespace Stemma.Anatomy.Inference;

/// <summary>
/// A stranger's name taken apart: <c>blocks.3.sa.heads.1.query.weight</c> gives the words blocks, sa, heads, query, weight and the numbers 3 and 1, each with
/// the text that stands before it. Digits count wherever they stand, so <c>layer3_wq</c> has a number too; letters in camel case are parted.
/// </summary>
internal sealed class NameWords
{
    /// <summary>Longest name that is taken apart; what is longer has no words.</summary>
    private const int Longest = 500;

    /// <summary>Most numbers in a name that are looked at.</summary>
    private const int MostNumbers = 6;

    /// <summary>A number in a name.</summary>
    /// <param name="Stem">All text before it, earlier numbers written as <c>#</c>.</param>
    /// <param name="Before">The word before it.</param>
    /// <param name="Value">The number.</param>
    /// <param name="Word">How many words stand before it.</param>
    public readonly record struct Number(string Stem, string Before, int Value, int Word);

    public NameWords(string name)
    {
        List<string> words = [];
        List<Number> numbers = [];
        Take(name.Length <= Longest ? name : "", words, numbers);
        (Words, Numbers) = (words, numbers);
    }

    /// <summary>The words in order, lower case.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The numbers in order.</summary>
    public IReadOnlyList<Number> Numbers { get; }

    /// <summary>True when the tensor is a bias.</summary>
    public bool IsBias => Words.Count > 0 && Words[^1] is "bias" or "beta" or "b";

    /// <summary>True when any of the words from position <paramref name="from"/> on is one of these.</summary>
    public bool HasAny(HashSet<string> these, int from = 0) => Words.Skip(from).Any(these.Contains);

    private static void Take(string name, List<string> words, List<Number> numbers)
    {
        var stem = "";
        var at = 0;
        var start = 0;
        while (at < name.Length)
        {
            var first = at;
            if (char.IsAsciiDigit(name[at]))
            {
                while (at < name.Length && char.IsAsciiDigit(name[at])) at++;
                stem += name[start..first];
                start = at;
                if (numbers.Count < MostNumbers && at - first < 6)
                    numbers.Add(new Number(stem, words.Count > 0 ? words[^1] : "", int.Parse(name.AsSpan(first, at - first)), words.Count));
                stem += "#";
            }
            else if (char.IsAsciiLetter(name[at]))
            {
                at++;
                while (at < name.Length && char.IsAsciiLetter(name[at]) && !(char.IsAsciiLetterUpper(name[at]) && char.IsAsciiLetterLower(name[at - 1]))) at++;
                words.Add(name[first..at].ToLowerInvariant());
            }
            else
            {
                at++;
            }
        }
    }
}
