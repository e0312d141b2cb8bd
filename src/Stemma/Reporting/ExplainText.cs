using Stemma.Comparing;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Reporting;

/// <summary>A saved answer in words, for a reader who is no statistician: what was compared, what was found, how sure, what it does not say, what would settle it.</summary>
public static class ExplainText
{
    /// <param name="found">The answer.</param>
    /// <param name="width">Characters per line.</param>
    public static IReadOnlyList<TextLine> Lines(FamilyFindings found, int width = ReportText.Width)
    {
        width = Math.Max(ReportText.Width, width);
        var lines = new List<TextLine>();
        if (found.Pairs.Count == 1)
        {
            One(lines, found.Pairs[0], width);
            return lines;
        }

        lines.AddRange(ShownText.Wrap(PairsText.Headline(found.Pairs), width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.AddSection("Put together from others", Sentences(found.Mixtures.Select(mixture => $"{mixture.Child}: {mixture.Detail}"), width));
        foreach (var pair in found.Pairs.Where(pair => pair.Verdict.Relation != Relation.Unrelated))
        {
            lines.Add(new(""));
            lines.Add(new($"{SafeText.Escape(pair.Subject.Name)} and {SafeText.Escape(pair.Reference.Name)}", TextTone.Heading));
            lines.Add(new(""));
            One(lines, pair, width);
        }

        var strangers = found.Pairs.Where(pair => pair.Verdict.Relation == Relation.Unrelated).Select(pair => $"{pair.Subject.Name} and {pair.Reference.Name}").ToList();
        if (strangers.Count > 0) lines.AddSection("Unrelated", Sentences([string.Join("; ", strangers) + ".", VerdictWords.Meaning(Relation.Unrelated)], width));
        return lines;
    }

    private static void One(List<TextLine> lines, ComparisonResult pair, int width)
    {
        lines.AddRange(ShownText.Wrap(pair.Verdict.Summary, width).Select(line => new TextLine(line, TextTone.Headline)));
        lines.AddSection("What was compared", Sentences(
        [
            $"{pair.Subject.Name} (the model in question; {pair.Subject.Architecture}, {TextNumbers.Count(pair.Subject.Parameters)} parameters) with {pair.Reference.Name} (the known model; {pair.Reference.Architecture}, {TextNumbers.Count(pair.Reference.Parameters)} parameters).",
            pair.Verdict.Coverage.Full
                ? $"All {TextNumbers.Count(pair.Verdict.Coverage.TensorsTotal)} tensors of both were read. Only their weights count; names and descriptions moved nothing."
                : $"Only {TextNumbers.Count(pair.Verdict.Coverage.TensorsRead)} of {TextNumbers.Count(pair.Verdict.Coverage.TensorsTotal)} tensors were read, so the answer is one about that part.",
        ], width));
        lines.AddSection("What was found", Sentences(Found(pair), width));
        lines.AddSection("What speaks for it", TextSections.Pairs(Speaks(pair).Select(one => (MethodGuide.Of(one.Method).Title, Said(one))), width));
        lines.AddSection("What found nothing", TextSections.Pairs(Silent(pair).Select(one => (MethodGuide.Of(one.Method).Title, MethodGuide.Of(one.Method).Blind)), width));
        lines.AddSection("How sure", Sentences([VerdictWords.Sureness(pair), "A p-value is the chance of such agreement between models that have nothing to do with one another. It is not the chance that somebody is innocent."], width));
        lines.AddSection("What it does not say", Sentences(NotSaid(pair), width, TextTone.Warning));
        lines.AddSection("What would settle what is open", Sentences(Settles(pair), width));
    }

    private static IEnumerable<string> Found(ComparisonResult pair)
    {
        yield return VerdictWords.Meaning(pair.Verdict.Relation);
        foreach (var operation in pair.Verdict.Operations) yield return $"{operation.Name}: {operation.Detail}";
        if (pair.Verdict.Relation is not (Relation.Derived or Relation.Merged)) yield break;
        yield return VerdictWords.DirectionSentence(pair) + (pair.Verdict.DirectionEvidence.Count == 0 ? "" : " " + string.Join("; ", pair.Verdict.DirectionEvidence.Select(clue => $"{clue.Name}: {clue.Detail}")) + ".");
    }

    private static IEnumerable<Evidence> Speaks(ComparisonResult pair) =>
        pair.Verdict.Relation is Relation.Unrelated ? [] : ReportOrder.Of(pair.Evidence).Where(one => one.Kind != EvidenceKind.Descriptive && !EvidenceTable.FoundNothing(one));

    private static IEnumerable<Evidence> Silent(ComparisonResult pair) => ReportOrder.Of(pair.Evidence).Where(one => one.Kind != EvidenceKind.Descriptive && EvidenceTable.FoundNothing(one));

    private static string Said(Evidence one)
    {
        var finding = one.Finding.Length > 0 ? one.Finding : one.Detail.TrimEnd('.');
        var support = one.Log10P is { } log ? $" p = {TextNumbers.PValue(log)}." : one.Percentile is not null ? $" Rank among controls: {TextNumbers.Rank(one.Percentile)}." : "";
        return $"{MethodGuide.Of(one.Method).Does} Here: {finding}.{support}";
    }

    private static IEnumerable<string> NotSaid(ComparisonResult pair)
    {
        foreach (var caveat in pair.Caveats) yield return $"{caveat.Code}: {caveat.Text}";
        yield return "Nothing about data, code, ideas, or learning from another model's answers: these leave no trace that is looked for. Nothing about who did what, or whether a licence allows it.";
    }

    private static IEnumerable<string> Settles(ComparisonResult pair)
    {
        var (relation, codes) = (pair.Verdict.Relation, pair.Caveats.Select(caveat => caveat.Code).ToHashSet(StringComparer.Ordinal));
        if (relation is Relation.Derived && pair.Verdict.Direction == Direction.Undetermined) yield return "Who came first: give more members of the family in one call (the start, checkpoints in between, siblings); or dated copies of both files from a third party.";
        if (codes.Contains("parent-or-relative")) yield return "Whether the start was this very model: compare its relatives in one call.";
        if (codes.Contains("replay-possible")) yield return "Whether a training was replayed: the training logs, the seed and the data of both sides.";
        if (relation == Relation.CommonOrigin) yield return "Descent or only a common start: a checkpoint from the middle of either training, or the seed that each side used.";
        if (relation is Relation.Unrelated or Relation.Inconclusive && !pair.WeightsSearched) yield return "A disguise by permuting or rotating the hidden state: compare the weights themselves, not fingerprints.";
        if (relation == Relation.Inconclusive) yield return "More to compare: the complete checkpoints with their tokenizers, and models in between.";
        if (!pair.Verdict.Coverage.Full || codes.Contains("unread-tensors")) yield return "The tensors that were not read: give every shard, in a format that is read whole.";
        yield return "Doubt of this report itself: stemma verify repeats it from the fingerprints in a report file; with the models, anybody can make it anew.";
    }

    private static IEnumerable<TextLine> Sentences(IEnumerable<string> sentences, int width, TextTone tone = TextTone.Plain) =>
        sentences.SelectMany(sentence => ShownText.Wrap(sentence, width - 4).Select((line, at) => new TextLine((at == 0 ? "  - " : "    ") + line, tone)));
}
