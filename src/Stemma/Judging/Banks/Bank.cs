namespace Stemma.Judging.Banks;

/// <summary>A model of a bank, as far as its shape matters for what chance agreement looks like.</summary>
/// <param name="Digest">Digest of the weights, hexadecimal.</param>
/// <param name="Family">Family that Stemma recognised, for example <c>llama</c>.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Layers">Layers.</param>
public sealed record BankModel(string Digest, string Family, int Width, int Layers);

/// <summary>Two models that are known to be unrelated, and what each method that needs controls said of them.</summary>
/// <param name="Scores">Statistic by method, for example <c>sigma-curves</c>: 0.83.</param>
public sealed record BankPair(BankModel Subject, BankModel Reference, IReadOnlyDictionary<string, double> Scores)
{
    /// <summary>The same for a pair in either order.</summary>
    internal string Key => KeyOf(Subject.Digest, Reference.Digest);

    internal static string KeyOf(string a, string b) => string.CompareOrdinal(a, b) <= 0 ? $"{a} {b}" : $"{b} {a}";
}

/// <summary>Scores of unrelated pairs: the background that a score is ranked against.</summary>
/// <param name="Recipe">Version of the sketches that the scores were computed from; scores of two recipes cannot be mixed.</param>
/// <param name="Pairs">In the order of their digests, each pair once.</param>
public sealed record Bank(int Recipe, IReadOnlyList<BankPair> Pairs)
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "stemma.bank/1";

    public static Bank Empty { get; } = new(Sketching.Recipe.CurrentVersion, []);

    /// <summary>With further pairs; a pair that is there already is replaced.</summary>
    public Bank With(IEnumerable<BankPair> more)
    {
        var pairs = new SortedDictionary<string, BankPair>(StringComparer.Ordinal);
        foreach (var pair in Pairs.Concat(more)) pairs[pair.Key] = pair;
        return this with { Pairs = [.. pairs.Values] };
    }
}
