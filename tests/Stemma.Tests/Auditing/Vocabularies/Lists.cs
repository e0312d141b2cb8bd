using System.Text;
using Stemma.Anatomy;
using Stemma.Auditing.Vocabularies;

namespace Stemma.Tests.Auditing.Vocabularies;

/// <summary>Vocabularies drawn by chance, as lists of made-up words.</summary>
internal static class Lists
{
    /// <summary>Different made-up words.</summary>
    public static string[] Words(int count, int seed)
    {
        var dice = new Random(seed);
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (words.Count < count) words.Add(new string([.. Enumerable.Range(0, 5).Select(_ => (char)('a' + dice.Next(26)))]));
        return [.. words];
    }

    /// <summary>The same words, moved about by so many places: what separate trainings on like text do to the order.</summary>
    public static string[] Jittered(string[] words, double places, int seed)
    {
        var dice = new Random(seed);
        return [.. words.Select((word, at) => (word, Key: at + (places * (dice.NextDouble() - 0.5)))).OrderBy(pair => pair.Key).Select(pair => pair.word)];
    }

    /// <summary>A vocabulary: three control tokens, the bytes, the words.</summary>
    public static AuditedVocabulary Vocabulary(string name, IEnumerable<string> words)
    {
        string[] control = ["<unk>", "<s>", "</s>"];
        byte[]?[] tokens = [null, null, null, .. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. words.Select(Encoding.UTF8.GetBytes)];
        return AuditedVocabulary.Of(new TokenTable("list", "bpe", tokens) { Spellings = [.. control, .. tokens.Skip(3).Select(_ => (string?)null)] }, name);
    }
}
