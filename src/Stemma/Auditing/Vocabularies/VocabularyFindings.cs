using System.Globalization;

namespace Stemma.Auditing.Vocabularies;

/// <summary>
/// Findings as sentences. None says that one model descends from another: tokenizers are published, and taking one over says nothing about weights.
/// </summary>
internal static class VocabularyFindings
{
    /// <summary>
    /// Share of neighbours from which two lists count as one order. Between the separately trained vocabularies of the controls it is 0.006 at most (docs/tokenizers.md), in lists
    /// taken over it is near 1; one half is far from both.
    /// </summary>
    public const double OneOrder = 0.5;

    /// <summary>Share of a vocabulary that must be in the other for it to be called contained: what is missing may be control tokens spelled otherwise.</summary>
    public const double Contained = 0.99;

    /// <summary>Fewer shared tokens say nothing about order.</summary>
    public const int FewestShared = 100;

    /// <summary>A Chinese character in so many tokens or more: no Chinese word is whole.</summary>
    public const double ByCharacter = 1;

    private const double TemplatesAlike = 0.8;
    private const int FewestSettings = 5;
    private static readonly string[] Everywhere = ["<unk>", "<s>", "</s>", "<pad>", "<mask>", "<bos>", "<eos>", "<|endoftext|>", "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "<|im_start|>", "<|im_end|>"];

    /// <summary>The findings in the order of the references.</summary>
    public static IReadOnlyList<AuditFinding> Of(
        AuditedVocabulary subject, IReadOnlyList<AuditedVocabulary> references, IReadOnlyList<VocabularyComparison> comparisons, IReadOnlyList<StitchedBlock> blocks, VocabularyFigures figures)
    {
        var findings = new List<AuditFinding>();
        for (var at = 0; at < references.Count; at++)
        {
            findings.Add(Kinship(subject, references[at], comparisons[at]));
            if (findings[^1].Code == "same-vocabulary" && OtherControl(subject, references[at]) is { } control) findings.Add(control);
            findings.AddRange(Beside(subject, references[at], comparisons[at]));
        }

        if (Stitched(subject, blocks) is { } stitched) findings.Add(stitched);
        if (figures.Samples.FirstOrDefault(cut => cut.Text == "chinese") is { Fertility: >= ByCharacter } chinese)
        {
            findings.Add(new("chinese-by-character", $"{subject.Name} needs {Number(chinese.Fertility)} tokens for a Chinese character: it writes Chinese character by character or in smaller pieces.")
            {
                Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["tokens_per_character"] = chinese.Fertility },
            });
        }

        return findings;
    }

    private static AuditFinding Kinship(AuditedVocabulary subject, AuditedVocabulary reference, VocabularyComparison comparison)
    {
        var (a, b, shared) = (subject.Name, reference.Name, comparison.Shared);
        var sameOrder = shared.Count >= FewestShared && shared.NeighboursKept >= OneOrder;
        var sameIds = shared.Count == 0 ? 0 : (double)shared.SameIds / shared.Count;
        var ids = sameIds >= Contained ? "with the same ids" : "in the same order, under other ids";
        var (code, sentence) = (sameOrder, shared.OfSubject >= Contained, shared.OfReference >= Contained) switch
        {
            (true, true, true) => ("same-vocabulary", $"The vocabularies of {a} and {b} are the same list of tokens, {ids}."),
            (true, false, true) => ("extends-vocabulary", $"The vocabulary of {b} is contained in that of {a} {ids}; {a} has {Count(subject.Telling - shared.Count)} tokens more."),
            (true, true, false) => ("contained-in-vocabulary", $"The vocabulary of {a} is contained in that of {b} {ids}; {b} has {Count(reference.Telling - shared.Count)} tokens more."),
            (true, _, _) => ("vocabulary-in-common", $"{a} and {b} share {Count(shared.Count)} tokens in one order ({Percent(shared.OfSubject)} of the one, {Percent(shared.OfReference)} of the other): both lists go back to one."),
            _ => ("separate-vocabularies", $"{a} and {b} share {Count(shared.Count)} tokens ({Percent(shared.OfSubject)} of the one, {Percent(shared.OfReference)} of the other), each in its own order "
                + $"({Percent(shared.NeighboursKept)} of neighbours kept): no more than vocabularies of separate trainings share{Alphabet(subject, reference)}."),
        };
        return new(code, sentence, b)
        {
            Numbers = Numbers(shared),
            Ids = code == "separate-vocabularies" ? [] : [.. comparison.Runs.Select(run => (run.Subject, run.Subject + run.Length - 1))],
        };
    }

    /// <summary>One list with other control tokens is another generation of one tokenizer.</summary>
    private static AuditFinding? OtherControl(AuditedVocabulary subject, AuditedVocabulary reference)
    {
        var (own, others) = (subject.ControlTokens.Except(reference.ControlTokens, StringComparer.Ordinal).ToList(), reference.ControlTokens.Except(subject.ControlTokens, StringComparer.Ordinal).ToList());
        if (own.Count + others.Count == 0) return null;
        return new("control-tokens-differ", $"Their control tokens differ: {Named(own)} only in {subject.Name}, {Named(others)} only in {reference.Name}.", reference.Name)
        {
            Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["only_subject"] = own.Count, ["only_reference"] = others.Count },
        };
    }

    private static string Named(List<string> tokens) => tokens.Count switch
    {
        0 => "none",
        <= 3 => string.Join(", ", tokens),
        _ => $"{string.Join(", ", tokens.Take(3))} and {tokens.Count - 3} more",
    };

    private static string Alphabet(AuditedVocabulary subject, AuditedVocabulary reference) =>
        IsByteLevel(subject) && IsByteLevel(reference) ? "; both are byte-level, and the 256 bytes that every such vocabulary has are not counted" : "";

    /// <summary>Every byte is a token, as text and not as a fallback.</summary>
    private static bool IsByteLevel(AuditedVocabulary vocabulary) => vocabulary.Table.Kind == "bpe" && vocabulary.Table.Tokens.Count(token => token is { Length: 1 }) >= 240
        && !vocabulary.Table.Spellings.Any(text => text is "<0x0A>");

    private static IEnumerable<AuditFinding> Beside(AuditedVocabulary subject, AuditedVocabulary reference, VocabularyComparison comparison)
    {
        var own = comparison.ControlTokens.Except(Everywhere, StringComparer.Ordinal).ToList();
        if (own.Count > 0)
        {
            yield return new("control-tokens-in-common", $"{subject.Name} and {reference.Name} share {own.Count} control tokens that are not in general use, among them {string.Join(", ", own.Take(3))}.", reference.Name)
            {
                Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["tokens"] = own.Count },
            };
        }

        if (comparison.ChatTemplate is { } alike and >= TemplatesAlike)
        {
            yield return new(alike >= 1 ? "same-chat-template" : "similar-chat-template", alike >= 1 ? $"The chat templates of {subject.Name} and {reference.Name} are the same text."
                : $"The chat templates of {subject.Name} and {reference.Name} share {Percent(alike)} of their wording.", reference.Name)
            {
                Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["likeness"] = alike },
            };
        }

        if (comparison.TrainingSettings.TryGetValue(1, out var input) && comparison.TrainingSettings.TryGetValue(2, out var prefix) && comparison.TrainingSettings.Count >= FewestSettings)
        {
            yield return new("same-tokenizer-training", $"Both tokenizer files say that they were trained on '{input}' under the name '{prefix}'.", reference.Name)
            {
                Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["equal_settings"] = comparison.TrainingSettings.Count },
            };
        }
    }

    private static AuditFinding? Stitched(AuditedVocabulary subject, IReadOnlyList<StitchedBlock> blocks)
    {
        var known = blocks.Where(block => block.Reference is not null).ToList();
        if (known.Count == 0 || blocks.Count == 1) return null;
        var parts = blocks.Select(block => $"ids {Count(block.First)} to {Count(block.Last)} {(block.Reference is { } name ? $"in the order of {name}" : "in the order of none of them")}").ToList();
        var shown = parts.Count <= 6 ? string.Join("; ", parts) : string.Join("; ", parts.Take(6)) + $"; and {parts.Count - 6} more stretches";
        return new("stitched-vocabulary", $"The vocabulary of {subject.Name} is put together from stretches: {shown}.")
        {
            Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["stretches"] = blocks.Count, ["references"] = known.Select(block => block.Reference).Distinct().Count() },
            Ids = [.. known.Select(block => (block.First, block.Last))],
        };
    }

    private static SortedDictionary<string, double> Numbers(SharedTokens shared)
    {
        var numbers = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["shared"] = shared.Count,
            ["jaccard"] = shared.Jaccard,
            ["of_subject"] = shared.OfSubject,
            ["of_reference"] = shared.OfReference,
            ["same_ids"] = shared.SameIds,
            ["spearman"] = shared.Spearman,
            ["kendall"] = shared.Kendall,
            ["neighbours_kept"] = shared.NeighboursKept,
        };
        if (shared.MergeRanks is { } ranks) numbers["merge_ranks"] = ranks;
        return numbers;
    }

    private static string Count(int number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Rounded towards the middle: 100 % is said only of all, 0 % only of none.</summary>
    private static string Percent(double share) => share switch
    {
        > 0 and < 0.001 => "below 0.1 %",
        > 0.999 and < 1 => "99.9 %",
        _ => (100 * share).ToString(share is < 0.1 or > 0.99 ? "0.#" : "0", CultureInfo.InvariantCulture) + " %",
    };

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
