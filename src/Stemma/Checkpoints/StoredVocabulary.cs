namespace Stemma.Checkpoints;

/// <summary>A vocabulary that stands in the weight file itself.</summary>
/// <param name="File">The file.</param>
/// <param name="Model">How the file calls its tokenizer: <c>llama</c>, <c>gpt2</c>, <c>bert</c>, <c>t5</c>, ...</param>
/// <param name="Tokens">By token id, as spelt there.</param>
/// <param name="Kinds">By token id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. Empty when it is not said.</param>
public sealed record StoredVocabulary(string File, string Model, IReadOnlyList<byte[]> Tokens, IReadOnlyList<int> Kinds);
