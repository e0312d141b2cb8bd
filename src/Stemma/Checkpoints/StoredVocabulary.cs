namespace Stemma.Checkpoints;

/// <summary>A vocabulary that stands in the weight file itself.</summary>
/// <param name="File">The file.</param>
/// <param name="Model">How the file calls its tokenizer: <c>llama</c>, <c>gpt2</c>, <c>bert</c>, <c>t5</c>, ...</param>
/// <param name="Tokens">By token id, as spelt there.</param>
/// <param name="Kinds">By token id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. Empty when it is not said.</param>
public sealed record StoredVocabulary(string File, string Model, IReadOnlyList<byte[]> Tokens, IReadOnlyList<int> Kinds)
{
    /// <summary>What the file says about its tokenizer in single values, by the words of its format: <c>pre</c>, <c>bos_token_id</c>, <c>add_space_prefix</c>, ...</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How conversations are written, a template in Jinja; null where the file brings none, or one that no reader would run for its length.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>By token id, how much each is preferred, read when asked for and while the file is open; empty when it is not said of every token.</summary>
    public Func<IReadOnlyList<float>> Scores { get; init; } = () => [];

    /// <summary>The merges by rank, each two tokens with a space between, read when asked for and while the file is open.</summary>
    public Func<IReadOnlyList<byte[]>> Merges { get; init; } = () => [];

    /// <summary>Compiled rules of normalisation, read when asked for and while the file is open; empty when there are none.</summary>
    public Func<byte[]> CharacterRules { get; init; } = () => [];
}
