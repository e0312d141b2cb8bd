namespace Stemma.Running.Tokenizing;

/// <summary>The tables of a tokenizer as a GGUF file carries them (keys <c>tokenizer.ggml.*</c>, ggml docs/gguf.md).</summary>
public sealed record TokenizerParts
{
    /// <summary>How faults call the file.</summary>
    public required string Source { get; init; }

    /// <summary><c>model</c>: <c>llama</c> (SentencePiece BPE), <c>gpt2</c> (byte-level BPE), <c>bert</c> (WordPiece), <c>t5</c> (Unigram).</summary>
    public required string Model { get; init; }

    /// <summary><c>pre</c>: the name of the pre-tokenizer of byte-level BPE.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary><c>tokens</c>, by id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary><c>scores</c>, by id; empty where there are none.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary><c>token_type</c>, by id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte; empty for all normal.</summary>
    public IReadOnlyList<int> Types { get; init; } = [];

    /// <summary><c>merges</c>, each two tokens with a space between.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary><c>bos_token_id</c>.</summary>
    public int? BeginningOfText { get; init; }

    /// <summary><c>eos_token_id</c>.</summary>
    public int? EndOfText { get; init; }

    /// <summary><c>unknown_token_id</c>.</summary>
    public int? Unknown { get; init; }

    /// <summary><c>cls_token_id</c>, for <c>bert</c>.</summary>
    public int? Classifier { get; init; }

    /// <summary><c>seperator_token_id</c>, for <c>bert</c>.</summary>
    public int? Separator { get; init; }

    /// <summary><c>add_bos_token</c>; null for the model's habit (<c>llama</c>: yes, <c>gpt2</c>: no).</summary>
    public bool? AddBeginning { get; init; }

    /// <summary><c>add_eos_token</c>.</summary>
    public bool AddEnd { get; init; }

    /// <summary><c>add_space_prefix</c>.</summary>
    public bool AddSpacePrefix { get; init; } = true;

    /// <summary><c>remove_extra_whitespaces</c>.</summary>
    public bool RemoveExtraSpaces { get; init; }

    /// <summary><c>precompiled_charsmap</c>.</summary>
    public byte[] Charsmap { get; init; } = [];
}
