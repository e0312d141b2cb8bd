using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Judging.Figures;

namespace Stemma.Reporting;

/// <summary>What a full report is made of: the answers, and the fingerprints behind them.</summary>
/// <param name="Found">One result per pair, and what all together tell.</param>
/// <param name="Models">The models with the names that the pairs use; empty where only the answers are at hand.</param>
public sealed record ReportInput(FamilyFindings Found, IReadOnlyList<Fingerprint> Models)
{
    /// <summary>Version of the program that writes, for example <c>0.1.0</c>.</summary>
    public static string ProgramVersion { get; } = typeof(ReportInput).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The fingerprint behind a name; null where it is not at hand.</summary>
    public Fingerprint? ModelOf(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>What pictures need beside the answer; null without fingerprints.</summary>
    internal PairFigures? FiguresOf(ComparisonResult pair) =>
        ModelOf(pair.Subject.Name) is { } subject && ModelOf(pair.Reference.Name) is { } reference ? PairFigures.Of(pair, subject, reference) : null;
}
