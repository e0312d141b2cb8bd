using Stemma.Comparing;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Sketching;

namespace Stemma.Judging.Banks;

/// <summary>
/// The bank that comes with Stemma: unrelated pairs of small models that were trained from other random values (quality/disguises, and another zoo made by other hands).
/// Many share a parent on one side, so they are fewer trainings than pairs. It ranks descriptive scores of models of like shape; of others it says nothing.
/// </summary>
public static class ShippedBank
{
    private const string Resource = "Judging.Banks.bank.json";

    private static readonly Lazy<BankRanking> Ranking = new(() => new(Read()));

    /// <summary>Its pairs; none when it was made from sketches of another recipe.</summary>
    public static Bank Read()
    {
        using var stream = EmbeddedFile.Open(Resource);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var bank = BankReader.Parse(Resource, bytes);
        return bank.Recipe == Recipe.CurrentVersion ? bank : Bank.Empty;
    }

    /// <summary>Descriptive evidence with its rank among the bank's pairs of like shape; anything else, and scores of shapes that the bank does not know, as they are.</summary>
    internal static IEnumerable<Evidence> Ranked(IEnumerable<Evidence> evidence, Fingerprint subject, Fingerprint reference)
    {
        var shape = new PairShape(subject.Shape.Hidden, reference.Shape.Hidden, subject.Shape.Layers, reference.Shape.Layers);
        var models = (subject.Digest.ToString(), reference.Digest.ToString());
        return evidence.Select(one => Ranked(one, shape, models));
    }

    /// <summary>One piece of descriptive evidence with its rank.</summary>
    /// <param name="one">What a method found.</param>
    /// <param name="shape">The pair's shape.</param>
    /// <param name="models">Digests of the two models.</param>
    internal static Evidence Ranked(Evidence one, PairShape shape, (string, string) models)
    {
        if (one is not { Kind: EvidenceKind.Descriptive, Percentile: null, Statistic: { } statistic } || !double.IsFinite(statistic)) return one;
        if (Ranking.Value.Percentile(one.Method, statistic, shape, models) is not { } rank) return one;
        return one with
        {
            Percentile = rank.Percentile,
            Controls = rank.Controls,
            Detail = $"{one.Detail} Of {rank.Controls} unrelated pairs of small models of like shape that come with Stemma {rank.Percentile:0} % score lower.",
        };
    }
}
