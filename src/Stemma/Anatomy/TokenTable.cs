namespace Stemma.Anatomy;

/// <summary>
/// The vocabulary as bytes: what each token id stands for, after undoing the byte-level alphabet and SentencePiece's word mark, so that
/// the same token meets itself in any tokenizer. Special, control and unused tokens carry no bytes (null).
/// </summary>
/// <param name="Source">The file it was read from, for example <c>tokenizer.json</c>.</param>
/// <param name="Kind"><c>bpe</c>, <c>unigram</c>, <c>wordpiece</c>, <c>wordlevel</c>.</param>
/// <param name="Tokens">By token id; null where the id is unused or special.</param>
public sealed record TokenTable(string Source, string Kind, IReadOnlyList<byte[]?> Tokens)
{
    /// <summary>
    /// By token id the string as the file's vocabulary spells it, control tokens included; null where it has none. Two files may spell one token in two ways:
    /// only methods that were published with this comparison use it.
    /// </summary>
    public IReadOnlyList<string?> Spellings { get; init; } = [];
}
