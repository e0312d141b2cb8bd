using Stemma.Comparing;
using Stemma.Sketching;

namespace Stemma.Judging.Banks;

/// <summary>
/// The bank that comes with Stemma: unrelated pairs among models that were trained for it (quality/disguises), from other random values, on other text or with another
/// tokenizer. It places descriptive scores of models of like shape; of others it says nothing.
/// </summary>
public static class ShippedBank
{
    private const string Resource = "Stemma.Judging.Banks.bank.json";

    private static readonly Lazy<BankRanking> Ranking = new(() => new(Read()));

    /// <summary>Its pairs; none when it was made from sketches of another recipe.</summary>
    public static Bank Read()
    {
        using var stream = typeof(ShippedBank).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var bank = BankReader.Parse(Resource, bytes);
        return bank.Recipe == Recipe.CurrentVersion ? bank : Bank.Empty;
    }

    /// <summary>Descriptive evidence with its rank among the bank's pairs of like shape; anything else, and scores of shapes that the bank does not know, as they are.</summary>
    public static Evidence Ranked(Evidence one, PairShape shape)
    {
        if (one is not { Kind: EvidenceKind.Descriptive, Percentile: null, Statistic: { } statistic } || !double.IsFinite(statistic)) return one;
        if (Ranking.Value.Percentile(one.Method, statistic, shape) is not { } rank) return one;
        return one with
        {
            Percentile = rank.Percentile,
            Controls = rank.Controls,
            Detail = $"{one.Detail} Of {rank.Controls} unrelated pairs of like shape that Stemma knows {rank.Percentile:0} % score lower.",
        };
    }
}
