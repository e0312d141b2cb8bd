namespace Stemma.Auditing.Vocabularies;

/// <summary>What two tokenizers have in common, in numbers.</summary>
public sealed record VocabularyComparison
{
    /// <summary>The reference's name.</summary>
    public required string Reference { get; init; }

    /// <summary>Shared tokens.</summary>
    public required SharedTokens Shared { get; init; }

    /// <summary>Stretches in which both lists go on token by token.</summary>
    public required IReadOnlyList<IdRun> Runs { get; init; }

    /// <summary>Control tokens that both spell alike.</summary>
    public required IReadOnlyList<string> ControlTokens { get; init; }

    /// <summary>Likeness of the chat templates, 0 to 1; null where a side has none.</summary>
    public required double? ChatTemplate { get; init; }

    /// <summary>SentencePiece training settings that are equal, by field number, with the value; empty where a side has none.</summary>
    public required IReadOnlyDictionary<int, string> TrainingSettings { get; init; }

    /// <summary>Compares two tokenizers.</summary>
    public static VocabularyComparison Of(AuditedVocabulary subject, AuditedVocabulary reference) => new()
    {
        Reference = reference.Name,
        Shared = SharedTokens.Of(subject, reference),
        Runs = IdRun.Find(subject, reference),
        ControlTokens = [.. subject.ControlTokens.Intersect(reference.ControlTokens, StringComparer.Ordinal)],
        ChatTemplate = subject.ChatTemplate is { } one && reference.ChatTemplate is { } other ? TemplateLikeness.Of(one, other) : null,
        TrainingSettings = subject.TrainingSettings.Where(setting => reference.TrainingSettings.TryGetValue(setting.Key, out var value) && value == setting.Value)
            .ToDictionary(setting => setting.Key, setting => setting.Value),
    };
}
