using System.Text;
using Stemma.Checkpoints;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>Makes a table of the vocabulary that a GGUF file carries (ggml-org/ggml, docs/gguf.md, tokenizer.ggml.*).</summary>
internal static class GgufTokens
{
    private const int Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    /// <summary>By the file's word for its tokenizer: what it is called here, and how it writes tokens. BERT's tokens begin with a mark where they begin a word.</summary>
    private static readonly Dictionary<string, (string Kind, TokenStyle Style)> Models = new(StringComparer.Ordinal)
    {
        ["llama"] = ("bpe", new TokenStyle { Marked = true, ByteFallback = true }),
        ["gpt2"] = ("bpe", new TokenStyle { ByteLevel = true }),
        ["t5"] = ("unigram", new TokenStyle { Marked = true }),
        ["bert"] = ("wordpiece", new TokenStyle { Marked = true }),
        ["replit"] = ("unigram", new TokenStyle { Marked = true }),
    };

    /// <summary>Reads the whole vocabulary; null where the file says that it has none.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/> for a kind of tokenizer that is not known.</exception>
    public static TokenTable? Read(StoredVocabulary stored)
    {
        if (stored.Model is "no_vocab" or "none") return null;
        if (!Models.TryGetValue(stored.Model, out var model))
            throw TokenTableBuilder.Invalid(stored.File, null, $"a tokenizer of the kind '{stored.Model}'", string.Join(", ", Models.Keys));
        var builder = new TokenTableBuilder(stored.File);
        for (var id = 0; id < stored.Tokens.Count; id++)
        {
            var token = Encoding.UTF8.GetString(stored.Tokens[id]);
            var kind = stored.Kinds.Count > 0 ? stored.Kinds[id] : 1;
            builder.Set(id, Bytes(token, kind, model.Style), null, token.Length > 0 ? token : null);
        }

        return builder.ToTable(model.Kind);
    }

    private static byte[]? Bytes(string token, int kind, TokenStyle style) => kind switch
    {
        Unknown or Control or Unused => null,
        Byte => TokenStyle.FallbackByte(token) is { } value ? [value] : null,
        // Added tokens are written as they are read, in vocabularies of bytes too.
        UserDefined when style.ByteLevel => new TokenStyle().Decode(token),
        _ => style.Decode(token),
    };
}
