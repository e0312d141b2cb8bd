namespace Stemma.Auditing.Vocabularies;

/// <summary>A vocabulary in figures.</summary>
/// <param name="Name">How the report calls it.</param>
/// <param name="Source">The file it was read from.</param>
/// <param name="Kind"><c>bpe</c>, <c>unigram</c>, <c>wordpiece</c>, <c>wordlevel</c>.</param>
/// <param name="Ids">Ids are below this.</param>
/// <param name="Telling">Tokens that count in comparisons.</param>
/// <param name="ControlTokens">Control tokens as spelled.</param>
/// <param name="Samples">How it cuts the built-in texts; empty where it does not run.</param>
/// <param name="Note">What limits the figures: why it does not run, or what was assumed; empty for nothing.</param>
public sealed record VocabularyFigures(string Name, string Source, string Kind, int Ids, int Telling, IReadOnlyList<string> ControlTokens, IReadOnlyList<SampleCut> Samples, string Note)
{
    /// <summary>The figures of a vocabulary.</summary>
    public static VocabularyFigures Of(AuditedVocabulary vocabulary) => new(
        vocabulary.Name, vocabulary.Table.Source, vocabulary.Table.Kind, vocabulary.Table.Tokens.Count, vocabulary.Telling, vocabulary.ControlTokens, SampleTexts.Cut(vocabulary),
        vocabulary.Tokenizer is { } tokenizer ? string.Join("; ", tokenizer.Notices.Select(notice => notice.Text)) : vocabulary.TokenizerProblem);
}

/// <summary>One vocabulary held against others.</summary>
/// <param name="Subject">The vocabulary that is asked about.</param>
/// <param name="References">Those it is held against.</param>
/// <param name="Comparisons">One for each reference, in their order.</param>
/// <param name="Blocks">The subject's ids cut into stretches by the reference whose order they keep.</param>
/// <param name="Findings">What follows, in sentences.</param>
public sealed record VocabularyAudit(
    VocabularyFigures Subject, IReadOnlyList<VocabularyFigures> References, IReadOnlyList<VocabularyComparison> Comparisons, IReadOnlyList<StitchedBlock> Blocks, IReadOnlyList<AuditFinding> Findings)
{
    /// <summary>Holds a vocabulary against others.</summary>
    public static VocabularyAudit Run(AuditedVocabulary subject, IReadOnlyList<AuditedVocabulary> references)
    {
        var comparisons = references.Select(reference => VocabularyComparison.Of(subject, reference)).ToList();
        var blocks = Stitching.Find(subject, references);
        var figures = VocabularyFigures.Of(subject);
        return new(figures, [.. references.Select(VocabularyFigures.Of)], comparisons, blocks, VocabularyFindings.Of(subject, references, comparisons, blocks, figures));
    }
}
